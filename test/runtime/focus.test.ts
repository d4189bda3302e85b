import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { ints } from '#onnx/attribute.js';
import { encodeModel } from '#onnx/encode.js';
import type { Model } from '#onnx/model.js';
import { int64Tensor } from '#onnx/tensor.js';
import { withoutFocus } from '#runtime/graph/focus.js';
import { withGraph } from '#runtime/graph/surgery.js';
import { Session } from '#runtime/session.js';
import { TinyModel } from './tiny-models.js';

const END = 2 ** 31 - 1;
const ROWS = [0, 1, 0, 1];
const COLUMNS = [0, 0, 1, 1];

interface Form {
  /** How the slices are written. */
  readonly slices: 'one by one' | 'both axes at once';
  readonly kernel: number;
  readonly attributes: Parameters<TinyModel['add']>[2];
  /** Start of the rows and columns of each part. */
  readonly corners: readonly (readonly [number, number])[];
  readonly step: number;
  readonly end: number;
}

const FOCUS: Form = {
  slices: 'one by one',
  kernel: 3,
  attributes: { pads: ints([1, 1, 1, 1]) },
  corners: ROWS.map((row, at) => [row, COLUMNS[at]!]),
  step: 2,
  end: END,
};

function networkOf({ slices, kernel, attributes, corners, step, end }: Form): Model {
  const tiny = new TinyModel({ dims: [1, 3, 16, 24] });
  const slice = (value: string, starts: readonly number[], axes: readonly number[]): string =>
    tiny.add('Slice', [
      value,
      ...[starts, starts.map(() => end), axes, starts.map(() => step)].map((each) => tiny.constant(int64Tensor(each))),
    ]);
  const parts = corners.map(([row, column]) =>
    slices === 'both axes at once'
      ? slice(tiny.picture, [row, column], [2, 3])
      : slice(slice(tiny.picture, [row], [2]), [column], [3]),
  );
  const stack = tiny.add('Concat', parts, { axis: { kind: 'int', value: 1 } });
  const weights = tiny.weights(5, 12, kernel, kernel);
  tiny.output(tiny.add('Conv', [stack, weights, tiny.weights(5)], attributes));
  return tiny.model;
}

async function outputOf(model: Model, data: Float32Array): Promise<Float32Array> {
  const session = await Session.open(encodeModel(model), { provider: 'cpu', threads: 1 });
  const [output] = await session.run([['pixels', { type: 'float32', dims: [1, 3, 16, 24], data }]]);
  return output![1].data as Float32Array;
}

const opsOf = (model: Model): readonly string[] => model.graph.nodes.map(({ op }) => op);

describe('a Focus layer', () => {
  it.each<[string, Partial<Form>]>([
    ['of YOLOX', {}],
    ['with slices of both axes', { slices: 'both axes at once' }],
    ['of 1x1', { kernel: 1, attributes: {} }],
    ['in steps', { attributes: { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) } }],
    ['padded on one side', { attributes: { pads: ints([0, 1, 2, 0]) } }],
    ['with its corners in another order', { corners: FOCUS.corners.toReversed() }],
  ])('%s becomes one convolution with the same output', async (_, form) => {
    const model = networkOf({ ...FOCUS, ...form });
    const lean = withGraph(model, withoutFocus(model.graph));
    expect(opsOf(lean)).toEqual(['Conv']);
    const random = new Random(5);
    const pixels = Float32Array.from({ length: 3 * 16 * 24 }, () => random.between(-1, 1));
    const [wanted, found] = [await outputOf(model, pixels), await outputOf(lean, pixels)];
    expect(found.length).toBe(wanted.length);
    for (const [at, value] of wanted.entries()) expect(found[at]).toBeCloseTo(value, 5);
  });

  it.each<[string, Partial<Form>]>([
    ['whose convolution has holes', { attributes: { dilations: ints([2, 2]) } }],
    ['whose convolution pads by itself', { attributes: { auto_pad: { kind: 'string', value: 'SAME_UPPER' } } }],
    ['that takes one corner twice', { corners: [...FOCUS.corners.slice(0, 3), [0, 0]] }],
    ['that takes every pixel', { step: 1, corners: FOCUS.corners.map(() => [0, 0]) }],
    ['that leaves out an edge', { end: 8 }],
  ])('%s stays as it is', (_, form) => {
    const { graph } = networkOf({ ...FOCUS, ...form });
    expect(withoutFocus(graph)).toEqual(graph);
  });
});
