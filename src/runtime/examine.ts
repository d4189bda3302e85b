import type { InputSpec, ValueSpec } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { Random } from '#core/random.js';
import type { Size } from '#core/size.js';
import type { RawOutput, Tensor } from '#core/tensor.js';
import { quantisationOf } from './graph/quantised-input.js';
import { scalesInGraph } from './graph/scales-in-graph.js';
import { metadataLabels } from './labels.js';
import { type ModelFile, pictureInput, tensorOutputs } from './model-file.js';
import { type Prepared, prepare } from './prepare.js';
import type { AnchorTable } from './presets/anchors.js';
import type { ModelFacts } from './presets/facts.js';
import type { Probe } from './probe.js';
import type { TypedTensor } from './session.js';
import type { Feed } from './worker-protocol.js';

type Outputs = readonly (readonly [name: string, tensor: TypedTensor])[];

const DEFAULT_SIZE = 640;
const DEFAULT_STRIDE = 32;

export interface ExamineOptions {
  /** Input size where the graph leaves it free, px; rounded up to the stride. */
  readonly imgsz?: number | Size;
  readonly defaultSize?: number;
  readonly stride?: number;
  readonly labels?: readonly string[];
  readonly anchors?: AnchorTable;
  /** The layout was named by the user. */
  readonly named?: boolean;
}

/** NCHW unless the channels can only be last. */
export function layoutOf({ dims }: ValueSpec): InputSpec['layout'] {
  return dims[1] !== 3 && dims[3] === 3 ? 'NHWC' : 'NCHW';
}

function metadataSize(metadata: ReadonlyMap<string, string>): Size | undefined {
  const numbers = (metadata.get('imgsz') ?? '').match(/\d+/g)?.map(Number);
  if (!numbers || numbers.length > 2 || numbers.some((number) => number < 1)) return undefined;
  return { height: numbers[0]!, width: numbers.at(-1)! };
}

function metadataStride(metadata: ReadonlyMap<string, string>): number | undefined {
  const numbers = (metadata.get('stride') ?? '').match(/\d+/g)?.map(Number) ?? [];
  const stride = Math.max(...numbers);
  return stride >= 1 && stride <= 256 ? stride : undefined;
}

function squareOf(size: number | Size): Size {
  return typeof size === 'number' ? { width: size, height: size } : size;
}

/**
 * The size that is fed: the graph's own, else the one asked for, rounded up to whole strides.
 * @throws LookoutError kind `config` when a graph of fixed size is asked for another
 */
export function sizeOf(
  spec: ValueSpec,
  wish: { readonly imgsz?: number | Size; readonly fallback: Size; readonly stride: number },
): Size {
  const [height, width] = layoutOf(spec) === 'NCHW' ? spec.dims.slice(2) : spec.dims.slice(1, 3);
  const asked = squareOf(wish.imgsz ?? wish.fallback);
  for (const side of [asked.width, asked.height]) {
    if (!(Number.isInteger(side) && side >= 1 && side <= 8192)) {
      throw new LookoutError('config', `imgsz: expected a whole number of pixels in 1..8192, got ${side}`);
    }
  }
  const round = (side: number) => Math.ceil(side / wish.stride) * wish.stride;
  const size = { width: width! > 0 ? width! : round(asked.width), height: height! > 0 ? height! : round(asked.height) };
  const free = width! <= 0 || height! <= 0;
  if (wish.imgsz !== undefined && !free && (size.width !== asked.width || size.height !== asked.height)) {
    throw new LookoutError(
      'config',
      `imgsz: the model's input is fixed at ${size.width}x${size.height}, asked for ${asked.width}x${asked.height}; leave imgsz out`,
    );
  }
  return size;
}

/** Pictures of noise, uint8 [batch, 3, H, W] as one run of bytes, the same for the same size. */
export function noise({ width, height }: Size, batch = 1): Uint8Array<ArrayBuffer> {
  const random = new Random(width, height);
  const bytes = batch * 3 * width * height;
  const words = Uint32Array.from({ length: Math.ceil(bytes / 4) }, () => random.uint32());
  return new Uint8Array(words.buffer).slice(0, bytes);
}

/** What a prepared graph is fed in a test. */
export function testFeed(prepared: Prepared, size: Size, batch: number): Feed {
  const dims = [batch, 3, size.height, size.width];
  return { name: prepared.input, type: 'uint8', dims, parts: [noise(size, batch)] };
}

/** One picture's outputs, by the card's names, out of those of a whole batch. */
export function outputsOf(prepared: Prepared, outputs: Outputs, picture = 0, batch = 1): RawOutput {
  const found = new Map(outputs);
  const raw = new Map<string, Tensor>();
  for (const { name, fetch } of prepared.outputs) {
    const { dims, data } = found.get(fetch)!;
    const values = data as Float32Array;
    const each = values.length / batch;
    if (batch === 1) raw.set(name, { dims, data: values });
    else {
      const own = values.subarray(picture * each, (picture + 1) * each);
      raw.set(name, { dims: [dims[0]! / batch, ...dims.slice(1)], data: own });
    }
  }
  return raw;
}

/** Fixed batch of a graph; 1 where it is free. */
export function batchOf(spec: ValueSpec): number {
  return spec.dims[0]! > 0 ? spec.dims[0]! : 1;
}

/** Learns the real shapes of a model from one test inference on noise. @throws LookoutError what the runtime says. */
export async function examine(file: ModelFile, probe: Probe, options: ExamineOptions = {}): Promise<ModelFacts> {
  const { model } = file;
  const { metadata, graph } = model;
  const spec = pictureInput(model);
  const stride = metadataStride(metadata) ?? options.stride ?? DEFAULT_STRIDE;
  const fallback = metadataSize(metadata) ?? squareOf(options.defaultSize ?? DEFAULT_SIZE);
  const size = sizeOf(spec, { imgsz: options.imgsz, fallback, stride });
  const layout = layoutOf(spec);
  const batch = batchOf(spec);
  const middle = spec.type === 'int8' ? 128 : 0;
  const plain = {
    fit: 'stretch',
    padding: 0,
    channels: 'RGB',
    mean: [middle, middle, middle],
    std: [1, 1, 1],
  } as const;
  const declared = tensorOutputs(model);
  const prepared = prepare(
    model,
    { ...spec, layout, size, ...plain },
    declared.map(({ name }) => name),
  );
  const run = await probe.ask({
    ask: 'run',
    model: prepared.bytes,
    session: { provider: 'cpu', threads: 1 },
    feeds: [testFeed(prepared, size, batch)],
    timedRuns: 0,
    verify: false,
  });
  const found = outputsOf(prepared, run.outputs, 0, batch);
  const operators = new Map<string, number>();
  for (const { op } of graph.nodes) operators.set(op, (operators.get(op) ?? 0) + 1);
  return {
    input: { ...spec, layout },
    size,
    outputs: declared.map((output) => ({ ...output, dims: found.get(output.name)!.dims })),
    values: new Map([...found].map(([name, { data }]) => [name, data])),
    metadata,
    labels: options.labels ?? metadataLabels(metadata),
    anchors: options.anchors,
    named: options.named ?? false,
    operators,
    scaledInGraph: scalesInGraph(graph, spec.name),
    quantisation: quantisationOf(graph, spec.name),
  };
}
