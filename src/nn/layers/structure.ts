import { dropoutMask } from '#autodiff/dropout.js';
import type { Value } from '#onnx/builder.js';
import type { Module } from '../net.js';
import { type Activation, activate } from './activation.js';
import { type ConvOptions, conv, type PerAxis, perAxis } from './convolution.js';

/** One module behind the other. */
export function sequential(...modules: readonly Module[]): Module {
  return (net, x) => modules.reduce((value, module) => module(net, value), x);
}

export interface PoolOptions {
  /** Default 2. */
  readonly kernel?: PerAxis;
  /** Default the kernel. */
  readonly stride?: PerAxis;
  readonly pads?: readonly number[];
}

function pool(op: 'MaxPool' | 'AveragePool', { kernel = 2, stride = kernel, pads }: PoolOptions): Module {
  return ({ g }, x) => {
    const axes = x.dims.length - 2;
    return g.op[op](x, { kernel_shape: perAxis(kernel, axes), strides: perAxis(stride, axes), ...(pads && { pads }) });
  };
}

export const maxPool = (options: PoolOptions = {}): Module => pool('MaxPool', options);
export const averagePool = (options: PoolOptions = {}): Module => pool('AveragePool', options);

/** `[N, C, ...]` to `[N, C]`: the mean, or the maximum, of each channel. */
export const globalAverage: Module = ({ g }, x) => g.reshape(g.op.GlobalAveragePool(x), x.dims.slice(0, 2));
export const globalMax: Module = ({ g }, x) => g.reshape(g.op.GlobalMaxPool(x), x.dims.slice(0, 2));

/** Nearest or linear enlargement of all spatial axes by a whole factor. */
export function upsample(factor = 2, mode: 'nearest' | 'linear' = 'nearest'): Module {
  return ({ g }, x) => {
    const scales = g.floats([1, 1, ...x.dims.slice(2).map(() => factor)]);
    const nearest = { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    return g.op.Resize(x, undefined, scales, undefined, { mode, ...(mode === 'nearest' ? nearest : {}) });
  };
}

/** Sets a share of the elements to 0 in training; the masks follow the step's fed seed. */
export function dropout(rate: number): Module {
  return (net, x) => {
    if (net.mode === 'inference' || rate === 0) return x;
    const { seed, stream } = net.dropoutSeed();
    return net.g.op.Mul(x, dropoutMask(net.g, seed, x.dims, { rate, stream }));
  };
}

/** Channels side by side. */
export function concat(net: Parameters<Module>[0], values: readonly [Value, ...Value[]]): Value {
  return values.length === 1 ? values[0] : net.g.op.Concat(...values, { axis: 1 });
}

/**
 * x plus what the branch makes of it (He et al. 2016). Where the branch changes the shape, a 1x1 convolution with the
 * right stride projects x.
 */
export function residual(
  name: string,
  branch: Module,
  { activation = 'none' }: { readonly activation?: Activation } = {},
): Module {
  return (net, x) =>
    net.in(name, () => {
      const y = branch(net, x);
      const same = String(y.dims) === String(x.dims);
      const stride = x.dims.slice(2).map((size, axis) => Math.round(size / y.dims[axis + 2]!));
      const shortcut = same ? x : conv('projection', y.dims[1]!, { kernel: 1, stride, activation: 'none' })(net, x);
      return activate(net, net.g.op.Add(shortcut, y), activation);
    });
}

/** Channels of the branches of an Inception module (Szegedy et al. 2015, figure 2b). */
export interface InceptionChannels {
  readonly one: number;
  readonly three: readonly [reduced: number, out: number];
  readonly five: readonly [reduced: number, out: number];
  readonly pool: number;
}

/** 1x1, 1x1-3x3, 1x1-5x5 and pool-1x1 branches side by side. */
export function inception(
  name: string,
  channels: InceptionChannels,
  options: Omit<ConvOptions, 'kernel' | 'stride'> = {},
): Module {
  const layer = (part: string, count: number, kernel: number) => conv(part, count, { ...options, kernel });
  const { one, three, five, pool: pooled } = channels;
  return (net, x) =>
    net.in(name, () => {
      const pads = [...x.dims.slice(2), ...x.dims.slice(2)].map(() => 1);
      return concat(net, [
        layer('one', one, 1)(net, x),
        sequential(layer('three-reduce', three[0], 1), layer('three', three[1], 3))(net, x),
        sequential(layer('five-reduce', five[0], 1), layer('five', five[1], 5))(net, x),
        sequential(maxPool({ kernel: 3, stride: 1, pads }), layer('pool', pooled, 1))(net, x),
      ]);
    });
}
