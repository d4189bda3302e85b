import { int, ints, string } from '#onnx/attribute.js';
import { c, f, fed, MS, many, type ShapeCase, scale, u8, window } from './case.js';

export const pooling: readonly ShapeCase[] = [
  {
    op: 'MaxPool',
    inputs: [f(2, 3, 9, 11)],
    attributes: window([3, 3], { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }),
    outputs: 2,
  },
  {
    op: 'MaxPool',
    why: 'ceil',
    inputs: [f(2, 3, 10, 7)],
    attributes: window([2, 2], { strides: ints([3, 2]), ceil_mode: int(1) }),
  },
  {
    op: 'MaxPool',
    why: 'ceil, last window outside',
    inputs: [f(1, 1, 4, 5)],
    attributes: window([1, 1], { strides: ints([2, 3]), ceil_mode: int(1) }),
  },
  { op: 'AveragePool', inputs: [f(2, 3, 9, 11)], attributes: window([3, 2], { strides: ints([2, 1]) }) },
  {
    op: 'AveragePool',
    why: 'SAME_LOWER',
    inputs: [f(2, 3, 9, 11)],
    attributes: window([3, 2], { strides: ints([2, 2]), auto_pad: string('SAME_LOWER') }),
  },
  { op: 'LpPool', inputs: [f(2, 3, 9, 11)], attributes: window([3, 3]) },
  {
    op: 'QLinearAveragePool',
    inputs: [fed('uint8', [1, 2, 6, 6]), scale, u8(), scale, u8()],
    attributes: window([2, 2], { strides: ints([2, 2]) }),
    ...MS,
  },
  ...many('GlobalAveragePool GlobalMaxPool GlobalLpPool', { inputs: [f(2, 3, 4, 5)] }),
  {
    op: 'QLinearGlobalAveragePool',
    inputs: [fed('uint8', [1, 2, 6, 6]), scale, u8(), scale, u8()],
    attributes: { channels_last: int(0) },
    ...MS,
  },
  {
    op: 'MaxUnpool',
    inputs: [f(1, 1, 2, 2), c([0, 3, 8, 11], 'int64', [1, 1, 2, 2])],
    attributes: window([2, 2], { strides: ints([2, 2]) }),
  },
  {
    op: 'MaxUnpool',
    why: 'given shape',
    inputs: [f(1, 1, 2, 2), c([0, 3, 8, 11], 'int64', [1, 1, 2, 2]), c([1, 1, 5, 5])],
    attributes: window([2, 2], { strides: ints([2, 2]) }),
  },
];
