import { convolve } from '#autodiff/convolve.js';
import type { Value } from '#onnx/builder.js';
import { heNormal, type Initialiser, zeros } from '../initialisers.js';
import type { Module, Net } from '../net.js';
import { type Activation, activate } from './activation.js';
import { batchNorm } from './batch-norm.js';

/** One number for all axes, or one per axis. */
export type PerAxis = number | readonly number[];

/** `same`: ceil(size / stride) positions; `valid`: none added; or the pads themselves, all begins, then all ends. */
export type Padding = 'same' | 'valid' | readonly number[];

export interface ConvOptions {
  /** Default 3. */
  readonly kernel?: PerAxis;
  readonly stride?: PerAxis;
  readonly dilation?: PerAxis;
  /** Default `same`. */
  readonly padding?: Padding;
  readonly groups?: number;
  /** Batch normalisation behind the convolution, which then has no bias of its own. Default true. */
  readonly norm?: boolean;
  /** Default `leaky`. */
  readonly activation?: Activation;
  readonly initialise?: Initialiser;
  /** Of the bias, where there is one. */
  readonly bias?: Initialiser;
  /** Of the normalisation's scale. */
  readonly scale?: Initialiser;
}

export function perAxis(value: PerAxis, axes: number): readonly number[] {
  return typeof value === 'number' ? Array<number>(axes).fill(value) : value;
}

/** ONNX pads. `same` adds d (k - 1) in all, the odd one at the end. */
export function padsOf(padding: Padding, kernel: readonly number[], dilation: readonly number[]): readonly number[] {
  if (padding === 'valid') return [...kernel, ...kernel].map(() => 0);
  if (padding !== 'same') return padding;
  const total = kernel.map((size, axis) => dilation[axis]! * (size - 1));
  return [...total.map((count) => Math.floor(count / 2)), ...total.map((count) => Math.ceil(count / 2))];
}

function finish(net: Net, y: Value, options: ConvOptions): Value {
  const normed = options.norm === false ? y : batchNorm(net, y, options.scale ? { initialise: options.scale } : {});
  return activate(net, normed, options.activation ?? 'leaky');
}

/**
 * Convolution of `[N, C, ...]` with 1, 2 or 3 spatial axes (as many as the input has), normalisation, activation.
 * Parameters: `w` `[channels, C / groups, ...kernel]`, `b` `[channels]` where there is no normalisation.
 */
export function conv(name: string, channels: number, options: ConvOptions = {}): Module {
  return (net, x) =>
    net.in(name, () => {
      const axes = x.dims.length - 2;
      const { groups = 1, padding = 'same', norm = true, initialise = heNormal } = options;
      const [kernel, strides, dilations] = [options.kernel ?? 3, options.stride ?? 1, options.dilation ?? 1].map((it) =>
        perAxis(it, axes),
      ) as [number[], number[], number[]];
      const w = net.parameter('w', { dims: [channels, x.dims[1]! / groups, ...kernel], initialise, decay: true });
      const b = norm
        ? undefined
        : net.parameter('b', { dims: [channels], initialise: options.bias ?? zeros, decay: false });
      const pads = padsOf(padding, kernel, dilations);
      const attributes = { strides, dilations, pads, group: groups };
      const y = b ? net.g.op.Conv(x, w, b, attributes) : convolve(net.g, x, w, attributes);
      return finish(net, y, options);
    });
}

export interface ConvTransposeOptions extends Omit<ConvOptions, 'padding'> {
  /** Cut off the result, all begins, then all ends. Default none. */
  readonly pads?: readonly number[];
  readonly outputPadding?: PerAxis;
}

/** Transposed convolution, normalisation, activation; kernel and stride 2 (the defaults) learn an upsampling by 2. */
export function convTranspose(name: string, channels: number, options: ConvTransposeOptions = {}): Module {
  return (net, x) =>
    net.in(name, () => {
      const axes = x.dims.length - 2;
      const { groups = 1, norm = true, initialise = heNormal } = options;
      const [kernel, strides, dilations] = [options.kernel ?? 2, options.stride ?? 2, options.dilation ?? 1].map((it) =>
        perAxis(it, axes),
      ) as [number[], number[], number[]];
      const w = net.parameter('w', { dims: [x.dims[1]!, channels / groups, ...kernel], initialise, decay: true });
      const b = norm
        ? undefined
        : net.parameter('b', { dims: [channels], initialise: options.bias ?? zeros, decay: false });
      const output_padding = perAxis(options.outputPadding ?? 0, axes);
      const pads = options.pads ?? padsOf('valid', kernel, dilations);
      return finish(
        net,
        net.g.op.ConvTranspose(x, w, b, { strides, dilations, pads, group: groups, output_padding }),
        options,
      );
    });
}
