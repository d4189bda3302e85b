import { describe, expect, it } from 'vitest';
import type { InputSpec } from '#core/card.js';
import { Random } from '#core/random.js';
import { ints } from '#onnx/attribute.js';
import { decodeModel } from '#onnx/decode.js';
import { encodeModel } from '#onnx/encode.js';
import type { Model } from '#onnx/model.js';
import { float16ToNumber, float32Tensor, type OnnxTensor, tensorOf } from '#onnx/tensor.js';
import { withPrelude } from '#runtime/graph/prelude.js';
import { pictureInput } from '#runtime/model-file.js';
import { prepare } from '#runtime/prepare.js';
import { Session, type TypedTensor } from '#runtime/session.js';
import { TinyModel } from './tiny-models.js';

/*
 * A graph with its prelude is fed bytes; the same graph without is fed what the card asks for, made here in the plainest way.
 */

const SIZE = { width: 20, height: 12 };
const ONE_THREAD = { provider: 'cpu', threads: 1 };

const random = new Random(42);
const pixels = Uint8Array.from({ length: 2 * 3 * SIZE.width * SIZE.height }, () => random.below(256));

const uint8Tensor = ([value]: readonly [number]): OnnxTensor => tensorOf('uint8', [], Uint8Array.of(value));

type Affine = Pick<InputSpec, 'channels' | 'mean' | 'std'>;

const PLAIN: Affine = { channels: 'RGB', mean: [0, 0, 0], std: [1, 1, 1] };
const AFFINES: Readonly<Record<string, Affine>> = {
  'pixels as they are': PLAIN,
  BGR: { ...PLAIN, channels: 'BGR' },
  '0..1': { ...PLAIN, std: [255, 255, 255] },
  'BGR in 0..1': { ...PLAIN, channels: 'BGR', std: [255, 255, 255] },
  'a mean': { channels: 'RGB', mean: [127.5, 127.5, 127.5], std: [128, 128, 128] },
  'a mean and a std for each channel, BGR': { channels: 'BGR', mean: [104, 117, 123], std: [57, 58, 60] },
};

/** What the model wants to be fed, in float64 until the last step. */
function reference(input: InputSpec, batch: number): Float32Array {
  const { layout, channels, mean, std, size } = input;
  const plane = size.width * size.height;
  const out = new Float32Array(batch * 3 * plane);
  for (let picture = 0; picture < batch; picture++) {
    for (let channel = 0; channel < 3; channel++) {
      const from = channels === 'RGB' ? channel : 2 - channel;
      for (let at = 0; at < plane; at++) {
        const value = (pixels[(picture * 3 + from) * plane + at]! - mean[channel]!) / std[channel]!;
        const to = layout === 'NCHW' ? (picture * 3 + channel) * plane + at : (picture * plane + at) * 3 + channel;
        out[to] = value;
      }
    }
  }
  return out;
}

function inputOf(model: Model, affine: Affine): InputSpec {
  const spec = pictureInput(model);
  return { ...spec, layout: spec.dims[3] === 3 ? 'NHWC' : 'NCHW', size: SIZE, fit: 'stretch', padding: 0, ...affine };
}

function tensorFor(input: InputSpec, values: Float32Array, batch: number): TypedTensor {
  const { height, width } = input.size;
  const dims = input.layout === 'NCHW' ? [batch, 3, height, width] : [batch, height, width, 3];
  if (input.type === 'float16') return { type: 'float16', dims, data: Uint16Array.from(values, toHalf) };
  return { type: input.type, dims, data: input.type === 'uint8' ? Uint8Array.from(values) : values };
}

/** Nearest float16, by search: slow and obvious. Halves of one sign are ordered like their bits. */
function toHalf(value: number): number {
  let [low, high] = [0, 0x7bff];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (float16ToNumber(middle) <= Math.abs(value)) low = middle;
    else high = middle;
  }
  const nearer = Math.abs(value) - float16ToNumber(low) <= float16ToNumber(high) - Math.abs(value) ? low : high;
  return value < 0 ? nearer | 0x8000 : nearer;
}

async function both(model: Model, affine: Affine, batch = 1) {
  const input = inputOf(model, affine);
  const bare = await Session.open(encodeModel(model), ONE_THREAD);
  const wanted = await bare.run([[input.name, tensorFor(input, reference(input, batch), batch)]]);
  const names = model.graph.outputs.map(({ name }) => name);
  const prepared = prepare(model, input, names);
  const fed = await Session.open(prepared.bytes, ONE_THREAD);
  const data = pixels.slice(0, batch * 3 * SIZE.width * SIZE.height);
  const found = await fed.run([[prepared.input, { type: 'uint8', dims: [batch, 3, SIZE.height, SIZE.width], data }]]);
  return { wanted, found, prepared };
}

function expectClose(found: TypedTensor, wanted: TypedTensor, tolerance: number): void {
  expect(found.dims).toEqual(wanted.dims);
  const largest = (wanted.data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(0);
  const difference = (wanted.data as Float32Array).reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (found.data as Float32Array)[at]!)),
    0,
  );
  expect(difference / largest).toBeLessThan(tolerance);
}

interface Network {
  readonly what: string;
  readonly build: () => TinyModel;
  /** Nodes that the prelude puts before the graph for "a mean and a std for each channel, BGR". */
  readonly prelude: readonly string[];
}

const dims = [1, 3, SIZE.height, SIZE.width];
const float =
  (build: (model: TinyModel) => string, free = false) =>
  () => {
    const model = new TinyModel({ dims: free ? ['batch', 3, SIZE.height, SIZE.width] : dims });
    return model.output(build(model));
  };

const NETWORKS: readonly Network[] = [
  {
    what: 'a convolution without padding takes all of it',
    build: float((model) => model.add('Conv', ['pixels', model.weights(4, 3, 3, 3)], { strides: ints([2, 2]) })),
    prelude: ['Cast'],
  },
  {
    what: 'a convolution with bias takes all of it',
    build: float((model) => model.add('Conv', ['pixels', model.weights(4, 3, 3, 3), model.weights(4)])),
    prelude: ['Cast'],
  },
  {
    what: 'a convolution with padding leaves the mean: its zeros stand for the mean',
    build: float((model) => model.add('Conv', ['pixels', model.weights(4, 3, 3, 3)], { pads: ints([1, 1, 1, 1]) })),
    prelude: ['Cast', 'Sub'],
  },
  {
    what: 'two convolutions take it twice',
    build: float((model) => {
      const left = model.add('Conv', ['pixels', model.weights(4, 3, 3, 3), model.weights(4)]);
      const right = model.add('Conv', ['pixels', model.weights(4, 3, 3, 3)]);
      return model.add('Concat', [left, right], { axis: { kind: 'int', value: 1 } });
    }),
    prelude: ['Cast'],
  },
  {
    what: 'convolutions that share their weights with others leave those alone',
    build: float((model) => {
      const shared = model.weights(3, 3, 1, 1);
      return model.add('Conv', [model.add('Conv', ['pixels', shared]), shared]);
    }),
    prelude: ['Cast'],
  },
  {
    what: 'a grouped convolution takes nothing',
    build: float((model) =>
      model.add('Conv', ['pixels', model.weights(3, 1, 3, 3)], { group: { kind: 'int', value: 3 } }),
    ),
    prelude: ['Gather', 'Cast', 'Sub', 'Mul'],
  },
  {
    what: 'an input that is also read elsewhere is left alone',
    build: float((model) => {
      const mean = model.add('ReduceMean', ['pixels']);
      return model.add('Add', [model.add('Conv', ['pixels', model.weights(4, 3, 1, 1)]), mean]);
    }),
    prelude: ['Gather', 'Cast', 'Sub', 'Mul'],
  },
  {
    what: 'no convolution at all',
    build: float((model) => model.add('Relu', ['pixels'])),
    prelude: ['Gather', 'Cast', 'Sub', 'Mul'],
  },
];

const CASES = NETWORKS.flatMap((network) =>
  Object.entries(AFFINES).map(([name, affine]) => ({ ...network, name, affine })),
);

describe('the prelude feeds a graph what its card asks for', () => {
  it.each(CASES)('$what: $name', async ({ build, affine }) => {
    const { wanted, found } = await both(build().model, affine);
    for (const [name, tensor] of wanted) expectClose(found.get(name)!, tensor, 2e-6);
  });

  it.each(NETWORKS)('$what: as few nodes as possible', ({ build, prelude }) => {
    const { model } = build();
    const affine = AFFINES['a mean and a std for each channel, BGR']!;
    const fed = withPrelude(model, inputOf(model, affine));
    const added = fed.model.graph.nodes.length - model.graph.nodes.length;
    expect(fed.model.graph.nodes.slice(0, added).map(({ op }) => op)).toEqual(prelude);
  });

  it('folding and plain nodes agree', async () => {
    const { model } = NETWORKS[1]!.build();
    const input = inputOf(model, AFFINES['BGR in 0..1']!);
    const results = [];
    for (const fold of [true, false]) {
      const fed = withPrelude(model, input, fold);
      const session = await Session.open(encodeModel(fed.model), ONE_THREAD);
      const data = pixels.slice(0, pixels.length / 2);
      const outputs = await session.run([[fed.input, { type: 'uint8', dims, data }]]);
      results.push([...outputs.values()][0]!);
    }
    expectClose(results[0]!, results[1]!, 2e-6);
  });

  it('takes several pictures in one run where the batch is free', async () => {
    const build = float((model) => model.add('Conv', ['pixels', model.weights(4, 3, 3, 3)]), true);
    const { wanted, found } = await both(build().model, AFFINES['a mean']!, 2);
    for (const [name, tensor] of wanted) expectClose(found.get(name)!, tensor, 2e-6);
  });

  it.each(['BGR', 'a mean'])('channels last: %s', async (name) => {
    const model = new TinyModel({ dims: [1, SIZE.height, SIZE.width, 3], layout: 'NHWC' });
    model.output(model.add('Conv', [model.picture, model.weights(4, 3, 3, 3)]));
    const { wanted, found } = await both(model.model, AFFINES[name]!);
    for (const [output, tensor] of wanted) expectClose(found.get(output)!, tensor, 2e-6);
  });

  it.each(['pixels as they are', 'BGR in 0..1', 'a mean'])('float16 input: %s', async (name) => {
    const model = new TinyModel({ dims, type: 'float16' });
    model.output(model.add('Conv', [model.picture, model.weights(4, 3, 3, 3)]));
    const { wanted, found } = await both(model.model, AFFINES[name]!);
    for (const [output, tensor] of wanted) expectClose(found.get(output)!, tensor, 2e-3);
  });

  it.each(['pixels as they are', 'BGR'])('uint8 input: %s', async (name) => {
    const model = new TinyModel({ dims, type: 'uint8' });
    model.output(model.add('Conv', [model.picture, model.weights(4, 3, 3, 3)]));
    const { wanted, found } = await both(model.model, AFFINES[name]!);
    for (const [output, tensor] of wanted) expectClose(found.get(output)!, tensor, 1e-6);
  });

  it('int8: a network that quantises its input first', async () => {
    const model = new TinyModel({ dims });
    const quantise = (value: string, scale: number, zero: number) => {
      const constants = [model.constant(float32Tensor([scale], [])), model.constant(uint8Tensor([zero]))];
      const quantised = model.add('QuantizeLinear', [value, ...constants]);
      return model.add('DequantizeLinear', [quantised, ...constants]);
    };
    const weights = model.constant(
      tensorOf(
        'int8',
        [4, 3, 3, 3],
        Int8Array.from({ length: 108 }, () => random.below(255) - 127),
      ),
    );
    const scales = model.constant(float32Tensor([0.01, 0.02, 0.03, 0.04]));
    const zeros = model.constant(tensorOf('int8', [4], new Int8Array(4)));
    const kernels = model.add('DequantizeLinear', [weights, scales, zeros], { axis: { kind: 'int', value: 0 } });
    model.output(quantise(model.add('Conv', [quantise('pixels', 1 / 255, 0), kernels]), 0.2, 128));
    const { wanted, found } = await both(model.model, AFFINES['BGR in 0..1']!);
    for (const [name, tensor] of wanted) expectClose(found.get(name)!, tensor, 1e-6);
  });

  it('cannot scale for a uint8 input, and says so', () => {
    const model = new TinyModel({ dims, type: 'uint8' });
    model.output(model.add('Conv', [model.picture, model.weights(4, 3, 3, 3)]));
    expect(() => withPrelude(model.model, inputOf(model.model, AFFINES['0..1']!))).toThrow(/expected mean 0 and std 1/);
  });

  it('gives outputs of other types as float32, and computes only those that are asked for', async () => {
    const model = new TinyModel({ dims });
    const conv = model.add('Conv', ['pixels', model.weights(2, 3, 1, 1)]);
    const half = model.add('Cast', [conv], { to: { kind: 'int', value: 10 } });
    const best = model.add('ArgMax', [conv], { axis: { kind: 'int', value: 1 } });
    model.output(conv).output(half, undefined, 'float16').output(best, undefined, 'int64');
    const prepared = prepare(model.model, inputOf(model.model, PLAIN), [half, best]);
    const session = await Session.open(prepared.bytes, ONE_THREAD);
    const data = pixels.slice(0, pixels.length / 2);
    const found = await session.run([[prepared.input, { type: 'uint8', dims, data }]]);
    expect([...found.keys()]).toEqual(prepared.outputs.map(({ fetch }) => fetch));
    expect([...found.values()].map(({ type }) => type)).toEqual(['float32', 'float32']);
    expect(found.size).toBe(2);
  });

  it('frees constants of old files from being inputs', () => {
    const { model } = NETWORKS[0]!.build();
    const weights = [...model.graph.initialisers.keys()].map((name) => ({ name, type: 'float32' as const }));
    const old = { ...model, irVersion: 3, graph: { ...model.graph, inputs: [...model.graph.inputs, ...weights] } };
    const fed = decodeModel(encodeModel(withPrelude(decodeModel(encodeModel(old)), inputOf(model, PLAIN)).model));
    expect(fed.irVersion).toBeGreaterThanOrEqual(4);
    expect(fed.graph.inputs.map(({ type, dims: shape }) => [type, shape])).toEqual([['uint8', dims]]);
  });
});
