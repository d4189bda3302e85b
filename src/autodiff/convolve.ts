/**
 * Convolution in the layout that the CPU convolves fastest: channels in blocks of B, as the optimiser of onnxruntime lays
 * out inference graphs. Letters: M kernels, C channels, B channels per block.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import { type Model, modelOf, node } from '#onnx/model.js';
import type { AttributesOf } from '#onnx/ops.js';
import { winograd, winogradPays } from './winograd.js';

/** Output positions from which the two reorderings are paid back; measured. */
const LEAST_POSITIONS = 256;
/** Channels of a picture: so few are read without a reordering. */
const FEW_CHANNELS = 3;

/**
 * A model that tells how many channels the CPU provider of this machine puts into a block: feed `x` float32
 * `[1, 4, 1, 1]` and give the dims of `y` to {@link channelBlockOf}.
 */
export function channelBlockProbe(): Model {
  return modelOf({
    name: 'channel-block',
    nodes: [node('ReorderInput', ['x'], ['y'], {}, 'com.microsoft.nchwc')],
    inputs: [{ name: 'x', type: 'float32', dims: [1, 4, 1, 1] }],
    outputs: [{ name: 'y', type: 'float32' }],
    initialisers: new Map(),
    values: [],
  });
}

/** Channels per block from the dims that {@link channelBlockProbe} gave: 4 channels are filled up to a block; 0 where there is none. */
export function channelBlockOf([, channels = 0]: readonly number[]): number {
  return channels === 8 || channels === 16 ? channels : 0;
}

/** Whether a convolution has a blocked form, and that is the faster one. */
function pays(g: GraphBuilder, x: Value, w: Value, { strides = [1, 1], group = 1 }: AttributesOf<'Conv'>): boolean {
  const block = g.channelBlock;
  if (block === 0 || x.dims.length !== 4 || group > 1) return false;
  const [kernels, channels, height, width] = w.dims as [number, number, number, number];
  const fits = kernels % block === 0 && (channels % block === 0 || channels <= FEW_CHANNELS);
  const positions = (x.dims[2]! / strides[0]!) * (x.dims[3]! / strides[1]!);
  return fits && positions >= LEAST_POSITIONS && height * width > 1;
}

/** Weights `[M, C, KH, KW]` in the order `[M / B, C / B, KH, KW, B of C, B of M]`; `[M / B, C, KH, KW, B of M]` for few channels. */
function blockedWeights(g: GraphBuilder, w: Value): Value {
  const block = g.channelBlock;
  const [kernels, channels, height, width] = w.dims as [number, number, number, number];
  const inner = channels <= FEW_CHANNELS ? 1 : block;
  const split = g.reshape(w, [kernels / block, block, channels / inner, inner, height, width]);
  return g.reshape(g.op.Transpose(split, { perm: [0, 2, 4, 5, 3, 1] }), w.dims);
}

/** y = conv(x, w) without bias, in the faster form; the gradient sees a plain convolution. */
export function convolve(g: GraphBuilder, x: Value, w: Value, attributes: AttributesOf<'Conv'>): Value {
  const { strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0], group = 1 } = attributes;
  if (g.channelBlock > 0 && winogradPays(x, w, { strides, dilations, pads, group })) return winograd(g, x, w, pads);
  if (!pays(g, x, w, attributes)) return g.op.Conv(x, w, attributes);
  const [y] = g.group('Conv', [x, w], attributes, () => {
    const input = x.dims[1]! <= FEW_CHANNELS ? x : g.op.ReorderInput(x);
    const window = { kernel_shape: w.dims.slice(2), strides, dilations, pads, group: 1 };
    const blocked = g.op.BlockedConv(input, blockedWeights(g, w), window);
    return [g.op.ReorderOutput(blocked, { channels: w.dims[0]! })];
  });
  return y!;
}
