import type { Card, DecoderSpec, ValueSpec } from '#core/card.js';
import { int, ints } from '#onnx/attribute.js';
import { type Model, type Node, node } from '#onnx/model.js';
import { float32Tensor, int64Tensor, type OnnxTensor } from '#onnx/tensor.js';
import { freshName, withGraph } from './surgery.js';

// The postlude leaves rows that cannot reach the least score inside the graph: what crosses into JavaScript shrinks from
// N rows to the M candidates. N rows, V numbers per row, C classes.

/** Slice with inputs, and Gather by what NonZero found, are there from here on. */
const MIN_OPSET = 11;
/** ReduceMax takes its axes as an input from here on. */
const AXES_AS_INPUT = 18;

/** A graph that gives candidates instead of all rows. */
export interface Reduced {
  readonly model: Model;
  /** The graph's output that takes the place of the decoder's. */
  readonly fetch: string;
  /** How the candidates are read. */
  readonly decoder: DecoderSpec;
}

/** Grows nodes behind a value of the graph. */
class Tail {
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, OnnxTensor>();
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  add(op: string, inputs: readonly string[], attributes: Parameters<typeof node>[3] = {}): string {
    const name = freshName(this.#model.graph, `lookout_post_${this.nodes.length}_${op}`);
    this.nodes.push(node(op, inputs, [name], attributes));
    return name;
  }

  constant(tensor: OnnxTensor): string {
    const name = freshName(this.#model.graph, `lookout_post_constant_${this.constants.size}`);
    this.constants.set(name, tensor);
    return name;
  }

  slice(value: string, axis: number, start: number, end: number): string {
    const bounds = [start, end, axis].map((number) => this.constant(int64Tensor([number])));
    return this.add('Slice', [value, ...bounds]);
  }

  max(value: string, axis: number): string {
    if ((this.#model.opsets.get('') ?? 0) >= AXES_AS_INPUT) {
      return this.add('ReduceMax', [value, this.constant(int64Tensor([axis]))]);
    }
    return this.add('ReduceMax', [value], { axes: ints([axis]) });
  }

  /** Places, as a list, at which `scores` are at least `floor`. */
  placesAbove(scores: string, floor: number): string {
    const all = this.constant(int64Tensor([-1]));
    // A little lower: the decoder has the last word, and its rounding is not this one's.
    const limit = this.constant(float32Tensor([floor * (1 - 1e-6)], []));
    const found = this.add('NonZero', [this.add('Greater', [this.add('Reshape', [scores, all]), limit])]);
    return this.add('Reshape', [found, all]);
  }

  gather(value: string, places: string, axis: number): string {
    return this.add('Gather', [value, places], { axis: int(axis) });
  }

  /** The graph with these nodes and `fetch` in place of the output `replaced`. */
  ending(fetch: string, replaced: string): Model {
    const { graph } = this.#model;
    const outputs = graph.outputs.map((output) =>
      output.name === replaced ? { name: fetch, type: 'float32' as const } : output,
    );
    const initialisers = new Map([...graph.initialisers, ...this.constants]);
    return withGraph(this.#model, { outputs, initialisers, nodes: [...graph.nodes, ...this.nodes] });
  }
}

/** Corner of each cell and its stride, twice: [1, N, 4]. */
function grid({ input }: Card, strides: readonly number[]): OnnxTensor {
  const values: number[] = [];
  for (const stride of strides) {
    const [columns, rows] = [Math.floor(input.size.width / stride), Math.floor(input.size.height / stride)];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) values.push(column, row, stride, stride);
    }
  }
  return float32Tensor(values, [1, values.length / 4, 4]);
}

/** Rows [1, N, 5+C] with an objectness that bounds the score. */
function reduceRows(tail: Tail, value: string, floor: number) {
  const places = tail.placesAbove(tail.slice(value, 2, 4, 5), floor);
  return { places, candidates: tail.gather(value, places, 1) };
}

/** YOLOX rows whose place says which cell they are of: decoded here, for the candidates alone. */
function reduceCells(tail: Tail, value: string, floor: number, cells: OnnxTensor): string {
  const { places, candidates } = reduceRows(tail, value, floor);
  const own = tail.gather(tail.constant(cells), places, 1);
  const [corner, stride] = [tail.slice(own, 2, 0, 2), tail.slice(own, 2, 2, 4)];
  const centre = tail.add('Mul', [tail.add('Add', [tail.slice(candidates, 2, 0, 2), corner]), stride]);
  const size = tail.add('Mul', [tail.add('Exp', [tail.slice(candidates, 2, 2, 4)]), stride]);
  const rest = tail.slice(candidates, 2, 4, 0x7fffffff);
  return tail.add('Concat', [centre, size, rest], { axis: int(2) });
}

/**
 * [1, 4+C+..., N] or its transpose, which is turned so that few rows are not taken for columns: the best class bounds the score.
 * Undefined where the card leaves open which of them it is.
 */
function reduceColumns(
  tail: Tail,
  value: string,
  card: Card,
  { floor, shape }: { floor: number; shape: readonly number[] },
) {
  const { decoder, labels } = card;
  if (decoder.kind !== 'columns') throw new TypeError('reduceColumns: expected a columns decoder');
  const numbers = 4 + labels.length + decoder.landmarks * decoder.landmarkValues;
  const axis = shape[1] === numbers ? 1 : 2;
  if (shape[axis] !== numbers) return undefined;
  const best = tail.max(tail.slice(value, axis, 4, 4 + labels.length), axis);
  const candidates = tail.gather(value, tail.placesAbove(best, floor), axis === 1 ? 2 : 1);
  return axis === 1 ? candidates : tail.add('Transpose', [candidates], { perm: ints([0, 2, 1]) });
}

function shapeOf(outputs: readonly ValueSpec[], name: string): readonly number[] {
  return outputs.find((output) => output.name === name)?.dims ?? [];
}

/**
 * Appends the postlude for decoders whose outputs are large enough to be worth it: rows, YOLOX, columns.
 * @param value the float32 value that holds the decoder's output, one picture
 * @returns undefined where nothing is gained
 */
export function withPostlude(model: Model, card: Card, value: string, floor: number): Reduced | undefined {
  const { decoder } = card;
  if ((model.opsets.get('') ?? 0) < MIN_OPSET || !(floor > 0)) return undefined;
  if (decoder.kind !== 'rows' && decoder.kind !== 'yolox' && decoder.kind !== 'columns') return undefined;
  const shape = shapeOf(card.outputs, decoder.output);
  if (decoder.reduced || shape.length !== 3) return undefined;
  const tail = new Tail(model);
  if (decoder.kind === 'columns') {
    const fetch = reduceColumns(tail, value, card, { floor, shape });
    return fetch === undefined ? undefined : { model: tail.ending(fetch, value), fetch, decoder };
  }
  if (decoder.kind === 'yolox' && decoder.raw) {
    // Where the cells lie becomes part of the graph: of one size.
    if (card.input.adapts) return undefined;
    const fetch = reduceCells(tail, value, floor, grid(card, decoder.strides));
    return { model: tail.ending(fetch, value), fetch, decoder: { ...decoder, raw: false } };
  }
  const { candidates } = reduceRows(tail, value, floor);
  return { model: tail.ending(candidates, value), fetch: candidates, decoder };
}
