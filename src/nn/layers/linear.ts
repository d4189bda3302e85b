import { heNormal, type Initialiser, zeros } from '../initialisers.js';
import type { Module } from '../net.js';
import { type Activation, activate } from './activation.js';

export interface LinearOptions {
  /** Default `none`. */
  readonly activation?: Activation;
  readonly initialise?: Initialiser;
  readonly bias?: Initialiser;
}

/** Fully connected layer of `[N, C]`: x w^T + b, w `[units, C]`, b `[units]`. */
export function linear(
  name: string,
  units: number,
  { activation = 'none', initialise = heNormal, bias = zeros }: LinearOptions = {},
): Module {
  return (net, x) =>
    net.in(name, () => {
      const w = net.parameter('w', { dims: [units, x.dims[1]!], initialise, decay: true });
      const b = net.parameter('b', { dims: [units], initialise: bias, decay: false });
      return activate(net, net.g.op.Gemm(x, w, b, { transB: 1 }), activation);
    });
}

/** `[N, ...]` to `[N, product]`. */
export const flatten: Module = ({ g }, x) => g.reshape(x, [x.dims[0]!, -1]);
