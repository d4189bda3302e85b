import { int, ints } from '#onnx/attribute.js';
import { c, f, many, type ShapeCase } from './case.js';

const names =
  'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare';

export const reductions: readonly ShapeCase[] = [
  ...many(names, { inputs: [f(2, 3, 4), c([1, -1])], opset: 18 }),
  ...many(names, { why: 'all', inputs: [f(2, 3, 4)], attributes: { keepdims: int(0) }, opset: 18 }),
  ...many('ReduceMean ReduceMax', {
    why: 'attribute',
    inputs: [f(2, 3, 4)],
    attributes: { axes: ints([1]), keepdims: int(0) },
    opset: 11,
  }),
  { op: 'ReduceSum', why: 'none', inputs: [f(2, 3), c([])], attributes: { noop_with_empty_axes: int(1) } },
  { op: 'ArgMax', inputs: [f(2, 3, 4)], attributes: { axis: int(-1) } },
  { op: 'ArgMin', inputs: [f(2, 3, 4)], attributes: { axis: int(1), keepdims: int(0) } },
  { op: 'TopK', inputs: [f(2, 9), c([4])], outputs: 2 },
  { op: 'TopK', why: 'attribute', inputs: [f(2, 9)], attributes: { k: int(3) }, outputs: 2, opset: 9 },
  { op: 'NonZero', inputs: [f(2, 3)] },
  { op: 'NonMaxSuppression', inputs: [f(1, 6, 4), f(1, 2, 6), c([3])] },
  { op: 'Compress', inputs: [f(2, 3), c([1, 0, 1], 'bool')] },
  { op: 'OneHot', inputs: [c([0, 2, 1], 'int64'), c([4], 'int64', []), f(2)], attributes: { axis: int(0) } },
];
