import { intOf, ints, intsOf, stringOf, tensorAttributeOf } from '#onnx/attribute.js';
import { type Graph, type Node, node } from '#onnx/model.js';
import { float32Of, float32Tensor, numbersOf, type OnnxTensor } from '#onnx/tensor.js';
import { freshName, readersOf, withoutUnread } from './surgery.js';

// The Focus layer of YOLOv5 (up to v5.0) and YOLOX lays the four pixels of each 2x2 block one behind the other in C, then
// convolves by K x K. The same numbers come from one convolution of the picture by 2K x 2K in steps of two
// (ultralytics/yolov5, discussion 3181), without the copies: a tenth of YOLOX-nano's time.

/** Every `step`-th pixel of `source` from `start` on, per axis. */
interface Sampled {
  readonly source: string;
  readonly start: readonly [y: number, x: number];
  readonly step: readonly [y: number, x: number];
}

/** Ends of slices that mean "to the end". */
const TO_THE_END = 2 ** 31 - 1;

/** Finds what the values of a graph are made by. */
class Origins {
  readonly #graph: Graph;
  readonly #makers: ReadonlyMap<string, Node>;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#makers = new Map(graph.nodes.flatMap((maker) => maker.outputs.map((output) => [output, maker] as const)));
  }

  maker(name: string | undefined, op: string): Node | undefined {
    const maker = name === undefined ? undefined : this.#makers.get(name);
    return maker?.op === op && maker.domain === '' ? maker : undefined;
  }

  /** The picture points that a value holds, back through its slices. */
  sampled(name: string): Sampled {
    const slice = this.maker(name, 'Slice');
    const own = slice && this.#steps(slice);
    if (!own) return { source: name, start: [0, 0], step: [1, 1] };
    const { source, start, step } = this.sampled(slice.inputs[0]!);
    return {
      source,
      start: [start[0] + step[0] * own.start[0], start[1] + step[1] * own.start[1]],
      step: [step[0] * own.step[0], step[1] * own.step[1]],
    };
  }

  /** Undefined for slices that do more than leave out rows and columns in regular steps. */
  #steps(slice: Node): Omit<Sampled, 'source'> | undefined {
    const [starts, ends, axes, steps] = ['starts', 'ends', 'axes', 'steps'].map((what, at) =>
      this.#list(slice, what, at),
    );
    if (!starts || !ends || !axes) return undefined;
    const found = { start: [0, 0] as [number, number], step: [1, 1] as [number, number] };
    for (const [at, axis] of axes.entries()) {
      const step = steps?.[at] ?? 1;
      if ((axis !== 2 && axis !== 3) || starts[at]! < 0 || ends[at]! < TO_THE_END || step < 1) return undefined;
      found.start[axis - 2] = starts[at]!;
      found.step[axis - 2] = step;
    }
    return found;
  }

  /** A list that older operator sets keep as an attribute, newer ones as an input. */
  #list(slice: Node, what: string, at: number): readonly number[] | undefined {
    const name = slice.inputs[at + 1];
    if (!name) return intsOf(slice, what);
    const maker = this.maker(name, 'Constant');
    const constant = this.#graph.initialisers.get(name) ?? (maker && tensorAttributeOf(maker, 'value'));
    return constant && numbersOf(constant);
  }
}

/** Where the parts of a Focus come from, in the order of its channels. */
interface Focus {
  readonly convolution: Node;
  readonly source: string;
  readonly corners: readonly (readonly [y: number, x: number])[];
}

function focusOf(graph: Graph, origins: Origins, convolution: Node): Focus | undefined {
  const stack = convolution.op === 'Conv' ? origins.maker(convolution.inputs[0], 'Concat') : undefined;
  if (stack?.inputs.length !== 4 || intOf(stack, 'axis') !== 1) return undefined;
  const { nodes, elsewhere } = readersOf(graph, stack.outputs[0]!);
  if (elsewhere || nodes.length !== 1) return undefined;
  const parts = stack.inputs.map((input) => origins.sampled(input));
  const source = parts[0]!.source;
  const isBlock = parts.every(
    ({ source: own, step, start }) => own === source && step.every((by) => by === 2) && start.every((from) => from < 2),
  );
  const corners = parts.map(({ start }) => start);
  if (!isBlock || new Set(corners.map(([y, x]) => 2 * y + x)).size !== 4) return undefined;
  return { convolution, source, corners };
}

/** Weights [O, 4C, K, K] over the corners of blocks as [O, C, 2K, 2K] over pixels. */
function spread(weights: OnnxTensor, corners: Focus['corners']): OnnxTensor {
  const [outputs, inputs, height, width] = weights.dims as [number, number, number, number];
  const channels = inputs / 4;
  const from = float32Of(weights);
  const to = new Float32Array(from.length);
  for (let kernel = 0; kernel < outputs * inputs; kernel++) {
    const [output, input] = [Math.floor(kernel / inputs), kernel % inputs];
    const [y, x] = corners[Math.floor(input / channels)]!;
    const plane = (output * channels + (input % channels)) * 4 * height * width;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const value = from[(kernel * height + row) * width + column]!;
        to[plane + (2 * row + y) * 2 * width + 2 * column + x] = value;
      }
    }
  }
  return float32Tensor(to, [outputs, channels, 2 * height, 2 * width]);
}

/** Whether a convolution over blocks has a twin over pixels: no groups, no holes, padding as numbers. */
function hasTwin(convolution: Node, weights: OnnxTensor | undefined): weights is OnnxTensor {
  return (
    weights?.type === 'float32' &&
    weights.dims.length === 4 &&
    weights.dims[1]! % 4 === 0 &&
    intOf(convolution, 'group', 1) === 1 &&
    (intsOf(convolution, 'dilations') ?? []).every((by) => by === 1) &&
    stringOf(convolution, 'auto_pad', 'NOTSET') === 'NOTSET'
  );
}

/** The graph with one Focus less. */
function replaced(graph: Graph, { convolution, source, corners }: Focus): Graph {
  const weights = graph.initialisers.get(convolution.inputs[1]!);
  if (!hasTwin(convolution, weights)) return graph;
  const name = freshName(graph, `lookout_focus_${convolution.inputs[1]}`);
  const kernel = spread(weights, corners);
  const twice = (values: readonly number[]) => ints(values.map((value) => 2 * value));
  const made = node('Conv', [source, name, ...convolution.inputs.slice(2)], convolution.outputs, {
    kernel_shape: ints(kernel.dims.slice(2)),
    strides: twice(intsOf(convolution, 'strides') ?? [1, 1]),
    pads: twice(intsOf(convolution, 'pads') ?? [0, 0, 0, 0]),
  });
  return {
    ...graph,
    initialisers: new Map(graph.initialisers).set(name, kernel),
    nodes: graph.nodes.map((each) => (each === convolution ? made : each)),
  };
}

/** Replaces Focus layers by one convolution each. The result differs by the rounding of sums alone. */
export function withoutFocus(graph: Graph): Graph {
  const origins = new Origins(graph);
  const layers = graph.nodes.flatMap((each) => focusOf(graph, origins, each) ?? []);
  return layers.length === 0 ? graph : withoutUnread(layers.reduce(replaced, graph));
}
