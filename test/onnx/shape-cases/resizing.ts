import { int, ints } from '#onnx/attribute.js';
import { c, f, type ShapeCase } from './case.js';

export const resizing: readonly ShapeCase[] = [
  { op: 'DepthToSpace', inputs: [f(2, 8, 3, 4)], attributes: { blocksize: int(2) } },
  { op: 'SpaceToDepth', inputs: [f(2, 2, 4, 6)], attributes: { blocksize: int(2) } },
  { op: 'Resize', inputs: [f(2, 3, 4, 5), null, c([1, 1, 2, 1.5], 'float32')] },
  { op: 'Resize', why: 'sizes', inputs: [f(2, 3, 4, 5), null, null, c([2, 3, 7, 9])] },
  {
    op: 'Resize',
    why: 'sizes of two axes',
    inputs: [f(2, 3, 4, 5), null, null, c([7, 9])],
    attributes: { axes: ints([-2, -1]) },
  },
  { op: 'Resize', why: 'empty scales', inputs: [f(2, 3, 4, 5), null, c([], 'float32'), c([2, 3, 8, 10])] },
  { op: 'Resize', why: 'operator set 10', inputs: [f(2, 3, 4, 5), c([1, 1, 2, 2], 'float32')], opset: 10 },
  { op: 'Upsample', inputs: [f(2, 3, 4, 5), c([1, 1, 2, 2], 'float32')], opset: 9 },
  { op: 'GridSample', inputs: [f(2, 3, 4, 5), f(2, 6, 7, 2)] },
  {
    op: 'RoiAlign',
    inputs: [f(2, 3, 8, 8), f(4, 4), c([0, 0, 1, 1])],
    attributes: { output_height: int(3), output_width: int(2) },
  },
];
