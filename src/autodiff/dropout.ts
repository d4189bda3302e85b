/**
 * Dropout (Srivastava et al. 2014) whose mask is a function of a fed seed, so that a step can be repeated or resumed and
 * gives the same numbers: ONNX's own Dropout keeps a hidden random state.
 */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import { int64Tensor } from '#onnx/tensor.js';

const PRIME = 2147483647;
/** Multipliers of the mixing rounds; products stay below 2^62, exact in int64. */
const ROUNDS = [48271, 69621, 1043618065, 630360016];

/**
 * Uniform integers 0..2^31 - 2, one per element of a shape: x = (x (x + a) + seed + index) mod p, four rounds over the
 * prime p = 2^31 - 1. Not for cryptography.
 *
 * @param seed int64 `[1]`, 0..2^31 - 2; give every dropout of a network its own `stream`.
 */
export function randomIntegers(g: GraphBuilder, seed: Value, dims: readonly number[], stream = 0): Value {
  const count = dims.reduce((a, b) => a * b, 1);
  const start = (stream * 7919 + 1) % PRIME;
  const positions = g.constant(
    int64Tensor(Array.from({ length: count }, (_, index) => (start + index * 16807) % PRIME)),
  );
  const p = g.ints([PRIME]);
  let state = g.op.Mod(g.op.Add(positions, seed), p);
  for (const multiplier of ROUNDS) {
    const mixed = g.op.Mul(state, g.op.Mod(g.op.Add(state, g.ints([multiplier])), p));
    state = g.op.Mod(g.op.Add(g.op.Add(mixed, seed), positions), p);
  }
  return g.reshape(state, dims);
}

/** A mask of 0 and 1 / (1 - rate), its mean 1, to multiply activations by. */
export function dropoutMask(
  g: GraphBuilder,
  seed: Value,
  dims: readonly number[],
  options: { rate: number; stream?: number },
): Value {
  const { rate, stream = 0 } = options;
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`dropout: expected a rate in 0..1, got ${rate}`);
  return g.untaped(() => {
    const dropped = g.op.Less(randomIntegers(g, seed, dims, stream), g.ints([Math.round(rate * PRIME)]));
    return g.op.Where(dropped, g.scalar(0), g.scalar(1 / (1 - rate)));
  });
}
