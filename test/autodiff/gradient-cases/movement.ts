import type { Value } from '#onnx/builder.js';
import { int64Tensor } from '#onnx/tensor.js';
import type { GradientCase } from '../numeric.js';

const x = (...dims: number[]): GradientCase['inputs'] => [{ dims }];

export const movement: readonly GradientCase[] = [
  {
    op: 'Concat',
    inputs: [{ dims: [2, 1, 2] }, { dims: [2, 3, 2] }, { dims: [2, 2, 2] }],
    build: (g, xs) => g.op.Concat(...(xs as [Value, ...Value[]]), { axis: 1 }),
  },
  { op: 'Concat', why: 'the same value twice', inputs: x(2, 2), build: (g, [a]) => g.op.Concat(a!, a!, { axis: -1 }) },
  { op: 'Split', inputs: x(2, 6), build: (g, [a]) => g.split(a!, [1, 3, 2], 1) },
  { op: 'Split', why: 'a part that nobody uses', inputs: x(6), build: (g, [a]) => g.split(a!, [1, 3, 2], 0)[1]! },
  { op: 'Slice', inputs: x(4, 5), build: (g, [a]) => g.op.Slice(a!, g.ints([1, -3]), g.ints([3, 100])) },
  {
    op: 'Slice',
    why: 'steps',
    inputs: x(5, 7),
    build: (g, [a]) => g.op.Slice(a!, g.ints([0, 1]), g.ints([5, 7]), g.ints([0, 1]), g.ints([2, 3])),
  },
  {
    op: 'Slice',
    why: 'backwards',
    inputs: x(5, 4),
    build: (g, [a]) => g.op.Slice(a!, g.ints([-1]), g.ints([-100]), g.ints([0]), g.ints([-2])),
  },
  { op: 'Slice', why: 'everything', inputs: x(5), build: (g, [a]) => g.op.Slice(a!, g.ints([0]), g.ints([5])) },
  { op: 'Reshape', inputs: x(2, 6), build: (g, [a]) => g.reshape(a!, [3, -1]) },
  { op: 'Transpose', inputs: x(2, 3, 4), build: (g, [a]) => g.op.Transpose(a!, { perm: [2, 0, 1] }) },
  { op: 'Transpose', why: 'reversed', inputs: x(2, 3, 4), build: (g, [a]) => g.op.Transpose(a!) },
  {
    op: 'Gather',
    why: 'rows, one twice, one from the end',
    inputs: x(4, 3),
    build: (g, [a]) => g.op.Gather(a!, g.ints([1, -1, 1])),
  },
  {
    op: 'Gather',
    why: 'columns',
    inputs: x(2, 4, 2),
    build: (g, [a]) => g.op.Gather(a!, g.constant(int64Tensor([3, 0, 3, 1], [2, 2])), { axis: 1 }),
  },
  {
    op: 'GatherElements',
    inputs: x(3, 4),
    build: (g, [a]) => g.op.GatherElements(a!, g.constant(int64Tensor([3, 0, 3, 1, 2, 2], [3, 2])), { axis: 1 }),
  },
  { op: 'Unsqueeze', inputs: x(2, 3), build: (g, [a]) => g.op.Unsqueeze(a!, g.ints([0, 2])) },
  { op: 'Squeeze', inputs: x(2, 1, 3), build: (g, [a]) => g.op.Squeeze(a!, g.ints([1])) },
  { op: 'Expand', inputs: x(3, 1), build: (g, [a]) => g.op.Expand(a!, g.ints([2, 3, 4])) },
  { op: 'Tile', inputs: x(2, 3), build: (g, [a]) => g.op.Tile(a!, g.ints([2, 3])) },
  { op: 'Pad', inputs: x(2, 3), build: (g, [a]) => g.op.Pad(a!, g.ints([1, 0, 2, 3])) },
  { op: 'Pad', why: 'cutting off', inputs: x(4, 3), build: (g, [a]) => g.op.Pad(a!, g.ints([-1, 1, 0, -1])) },
  {
    op: 'Pad',
    why: 'one axis',
    inputs: x(4, 3),
    build: (g, [a]) => g.op.Pad(a!, g.ints([1, 2]), undefined, g.ints([-1])),
  },
  { op: 'DepthToSpace', inputs: x(1, 8, 2, 3), build: (g, [a]) => g.op.DepthToSpace(a!, { blocksize: 2 }) },
  { op: 'SpaceToDepth', inputs: x(1, 2, 4, 6), build: (g, [a]) => g.op.SpaceToDepth(a!, { blocksize: 2 }) },
];
