import type { Value } from '#onnx/builder.js';
import { zeros } from '../initialisers.js';
import type { Module } from '../net.js';
import type { Activation } from './activation.js';
import { conv } from './convolution.js';
import { concat, maxPool, residual } from './structure.js';

export interface PyramidPoolingOptions {
  /** Maxima of 5x5 cells in a chain: with n of them the widest window is 4 n + 1 cells. Default 3. */
  readonly pools?: number;
  readonly activation?: Activation;
}

const CELLS = 5;
const pool = maxPool({ kernel: CELLS, stride: 1, pads: [2, 2, 2, 2] });

/**
 * Spatial pyramid pooling (He et al. 2014, in the chained form of YOLOv5): half the channels, their maxima over 5, 9, 13, ...
 * cells around, side by side, mixed by a 1x1 convolution and added to `[N, C, H, W]`. Without it the last maps of a small
 * backbone see less than a picture, and boxes of large objects end where their sight does. The branch starts as nothing.
 */
export function pyramidPooling(name: string, { pools = 3, activation = 'leaky' }: PyramidPoolingOptions = {}): Module {
  return (net, x) => {
    const channels = x.dims[1]!;
    return residual(name, (inner, input) => {
      const windows: [Value, ...Value[]] = [conv('reduce', channels / 2, { kernel: 1, activation })(inner, input)];
      for (let n = 0; n < pools; n++) windows.push(pool(inner, windows[n]!));
      return conv('mix', channels, { kernel: 1, activation, scale: zeros })(inner, concat(inner, windows));
    })(net, x);
  };
}
