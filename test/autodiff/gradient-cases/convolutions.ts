import { winograd } from '#autodiff/winograd.js';
import type { AttributesOf } from '#onnx/ops.js';
import type { GradientCase } from '../numeric.js';

type ConvAttributes = AttributesOf<'Conv'>;
const conv = (
  why: string,
  x: readonly number[],
  w: readonly number[],
  attributes: ConvAttributes = {},
): GradientCase => ({
  op: 'Conv',
  why,
  inputs: [{ dims: x }, { dims: w }, { dims: [w[0]!] }],
  build: (g, [a, b, c]) => g.op.Conv(a!, b!, c!, attributes),
});
const transposed = (
  why: string,
  x: readonly number[],
  w: readonly number[],
  attributes: AttributesOf<'ConvTranspose'> = {},
): GradientCase => ({
  op: 'ConvTranspose',
  why,
  inputs: [{ dims: x }, { dims: w }, { dims: [w[1]! * (attributes.group ?? 1)] }],
  build: (g, [a, b, c]) => g.op.ConvTranspose(a!, b!, c!, attributes),
});

export const convolutions: readonly GradientCase[] = [
  conv('1x1', [2, 3, 4, 4], [2, 3, 1, 1]),
  conv('1x1, one picture', [1, 3, 4, 4], [2, 3, 1, 1]),
  conv('1x1 on a map above the small-map limit', [2, 2, 12, 13], [2, 2, 1, 1]),
  conv('1x1 stride 2', [2, 3, 5, 5], [2, 3, 1, 1], { strides: [2, 2] }),
  conv('3x3', [2, 2, 5, 4], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }),
  conv('3x3 on a map above the small-map limit', [2, 1, 12, 13], [2, 1, 3, 3], { pads: [1, 1, 1, 1] }),
  conv('3x3 without padding', [1, 2, 5, 5], [2, 2, 3, 3]),
  conv('3x3 stride 2 on an even map', [2, 2, 6, 6], [2, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('3x3 stride 2 on an odd map', [2, 2, 7, 5], [2, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('stride 3 that leaves pixels over', [1, 2, 9, 10], [2, 2, 2, 2], { strides: [3, 3] }),
  conv('dilated', [1, 2, 7, 7], [2, 2, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }),
  conv('dilated with stride', [1, 2, 8, 8], [2, 2, 3, 2], { dilations: [2, 1], strides: [2, 3], pads: [2, 0, 1, 1] }),
  conv('uneven padding', [1, 2, 4, 4], [2, 2, 3, 2], { pads: [0, 1, 2, 0] }),
  conv('two groups', [2, 4, 5, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
  conv('two groups, 1x1', [2, 4, 3, 3], [2, 2, 1, 1], { group: 2 }),
  conv('depthwise, stride 2', [2, 3, 5, 5], [3, 1, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv('5x5 kernel', [1, 1, 6, 6], [2, 1, 5, 5], { pads: [2, 2, 2, 2] }),
  conv('many channels, one product per kernel element', [1, 32, 3, 3], [1, 32, 3, 3], { pads: [1, 1, 1, 1] }),
  conv('many channels, dilated', [2, 32, 3, 4], [1, 32, 2, 2], { dilations: [1, 2] }),
  conv('many channels, 1D', [2, 32, 5], [2, 32, 3], { pads: [1, 1] }),
  {
    ...conv('more kernels than many channels: spread, not turned around', [1, 33, 3, 3], [34, 33, 3, 3], {
      pads: [1, 1, 1, 1],
    }),
    fixed: [1, 2],
  },
  conv('1D', [2, 2, 9], [3, 2, 3], { pads: [1, 1] }),
  conv('1D stride 2 dilated', [2, 2, 9], [3, 2, 3], { strides: [2], dilations: [2], pads: [1, 2] }),
  conv('3D', [1, 2, 3, 4, 3], [2, 2, 2, 3, 2], { pads: [0, 1, 1, 1, 1, 0] }),
  conv('3D stride 2', [1, 1, 4, 4, 5], [2, 1, 2, 2, 3], { strides: [2, 2, 2] }),
  transposed('3x3', [2, 2, 3, 3], [2, 3, 3, 3], { pads: [1, 1, 1, 1] }),
  transposed('2x2 stride 2: learnt upsampling', [2, 3, 3, 4], [3, 2, 2, 2], { strides: [2, 2] }),
  transposed('3x3 stride 2 with output padding', [1, 2, 3, 3], [2, 2, 3, 3], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 1],
  }),
  transposed('groups and dilation', [1, 4, 3, 3], [4, 2, 2, 2], { group: 2, dilations: [2, 2] }),
  transposed('1D', [2, 2, 4], [2, 3, 3], { strides: [2] }),
];

/** Sides that fill tiles of 4 and sides that do not, padding of every kind. */
export const tiled: readonly GradientCase[] = (
  [
    ['tiles that fit', [2, 3, 4, 8], [1, 1, 1, 1]],
    ['tiles cut off', [1, 2, 5, 7], [1, 1, 1, 1]],
    ['no padding', [2, 2, 6, 7], [0, 0, 0, 0]],
    ['padded unevenly', [1, 2, 3, 4], [2, 0, 1, 2]],
    ['a map smaller than a kernel', [1, 2, 1, 2], [1, 1, 1, 1]],
  ] as const
).map(([why, dims, pads]) => ({
  op: 'WinogradConv',
  why,
  inputs: [{ dims }, { dims: [2, dims[1], 3, 3] }],
  build: (g, [a, w]) => winograd(g, a!, w!, pads),
}));
