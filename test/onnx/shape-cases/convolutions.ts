import { int, ints, string } from '#onnx/attribute.js';
import { c, f, fed, MS, type ShapeCase, scale, u8 } from './case.js';

export const convolutions: readonly ShapeCase[] = [
  {
    op: 'Conv',
    inputs: [f(2, 3, 9, 11), f(4, 3, 3, 3), f(4)],
    attributes: { pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) },
  },
  {
    op: 'Conv',
    why: 'groups, dilation, odd pads',
    inputs: [f(2, 4, 9, 11), f(6, 2, 3, 1)],
    attributes: { group: int(2), dilations: ints([2, 1]), pads: ints([0, 1, 2, 0]) },
  },
  {
    op: 'Conv',
    why: 'SAME_UPPER',
    inputs: [f(1, 3, 10, 7), f(4, 3, 3, 3)],
    attributes: { auto_pad: string('SAME_UPPER'), strides: ints([2, 3]) },
  },
  { op: 'Conv', why: 'VALID', inputs: [f(1, 3, 10, 7), f(4, 3, 3, 3)], attributes: { auto_pad: string('VALID') } },
  { op: 'Conv', why: '1D', inputs: [f(2, 3, 20), f(4, 3, 5)], attributes: { strides: ints([3]) } },
  {
    op: 'Conv',
    why: '3D',
    inputs: [f(1, 2, 5, 6, 7), f(3, 2, 3, 3, 3)],
    attributes: { pads: ints([1, 1, 1, 1, 1, 1]) },
  },
  { op: 'FusedConv', inputs: [f(2, 3, 9, 9), f(4, 3, 3, 3), f(4)], attributes: { activation: string('Relu') }, ...MS },
  { op: 'DeformConv', inputs: [f(1, 2, 5, 5), f(3, 2, 3, 3), f(1, 18, 3, 3)], opset: 19 },
  { op: 'ConvInteger', inputs: [fed('uint8', [1, 2, 5, 5]), fed('uint8', [3, 2, 3, 3])] },
  {
    op: 'QLinearConv',
    inputs: [
      fed('uint8', [1, 2, 6, 6]),
      scale,
      u8(),
      c(Array(54).fill(1), 'uint8', [3, 2, 3, 3]),
      scale,
      u8(),
      scale,
      u8(),
    ],
    attributes: { strides: ints([2, 2]) },
  },
  {
    op: 'ConvTranspose',
    inputs: [f(2, 4, 5, 6), f(4, 3, 3, 3)],
    attributes: { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]), output_padding: ints([1, 0]) },
  },
  {
    op: 'ConvTranspose',
    why: 'groups and dilation',
    inputs: [f(2, 4, 5, 6), f(4, 3, 3, 2)],
    attributes: { group: int(2), dilations: ints([2, 1]) },
  },
  {
    op: 'ConvTranspose',
    why: 'SAME_UPPER',
    inputs: [f(2, 4, 5, 6), f(4, 3, 3, 3)],
    attributes: { auto_pad: string('SAME_UPPER'), strides: ints([2, 2]) },
  },
  {
    op: 'ConvTranspose',
    why: 'fixed output',
    inputs: [f(2, 4, 5, 6), f(4, 3, 3, 3)],
    attributes: { strides: ints([2, 2]), output_shape: ints([10, 12]) },
  },
];
