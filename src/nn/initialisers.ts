import type { Random } from '#core/random.js';

/** Fills a new parameter of the given shape. Weights are `[out, in / groups, ...kernel]` or `[out, in]`. */
export type Initialiser = (into: Float32Array, dims: readonly number[], random: Random) => void;

/** Inputs and outputs that one output or input unit sees. */
function fans(dims: readonly number[]): { readonly fanIn: number; readonly fanOut: number } {
  const [out = 1, inside = 1, ...kernel] = dims;
  const receptive = kernel.reduce((a, b) => a * b, 1);
  return { fanIn: inside * receptive, fanOut: out * receptive };
}

function normalOf(deviation: (dims: readonly number[]) => number): Initialiser {
  return (into, dims, random) => {
    const scale = deviation(dims);
    for (let at = 0; at < into.length; at++) into[at] = scale * random.normal();
  };
}

function uniformOf(limit: (dims: readonly number[]) => number): Initialiser {
  return (into, dims, random) => {
    const bound = limit(dims);
    for (let at = 0; at < into.length; at++) into[at] = bound * (2 * random.float() - 1);
  };
}

/** Normal with variance 2 / fan-in (He et al. 2015): keeps the scale of activations through ReLU-like layers. */
export const heNormal: Initialiser = normalOf((dims) => Math.sqrt(2 / fans(dims).fanIn));

/** Uniform with the same variance. */
export const heUniform: Initialiser = uniformOf((dims) => Math.sqrt(6 / fans(dims).fanIn));

/** Normal with variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010), for tanh and sigmoid. */
export const xavierNormal: Initialiser = normalOf((dims) => Math.sqrt(2 / (fans(dims).fanIn + fans(dims).fanOut)));

/** Uniform with the same variance. */
export const xavierUniform: Initialiser = uniformOf((dims) => Math.sqrt(6 / (fans(dims).fanIn + fans(dims).fanOut)));

/** Normal with a fixed deviation. */
export const normal = (deviation: number): Initialiser => normalOf(() => deviation);

export const constant =
  (value: number): Initialiser =>
  (into) => {
    into.fill(value);
  };

export const zeros: Initialiser = constant(0);
export const ones: Initialiser = constant(1);
