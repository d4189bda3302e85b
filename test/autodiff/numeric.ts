import ort from 'onnxruntime-node';
import { type GradientOptions, gradients } from '#autodiff/grad.js';
import { GraphBuilder, type Value } from '#onnx/builder.js';
import { encodeModel } from '#onnx/encode.js';
import { elementCount } from '#onnx/tensor.js';

/** `spread`: distinct numbers 0.15 apart and 0.05 away from 0, so that no kink or tie is near. */
export type Kind = 'normal' | 'positive' | 'spread' | 'unit';

export interface GradientCase {
  readonly op: string;
  readonly why?: string;
  readonly inputs: readonly { readonly dims: readonly number[]; readonly kind?: Kind }[];
  readonly build: (g: GraphBuilder, inputs: readonly Value[]) => Value | readonly Value[];
  /** Inputs without a gradient to check (conditions, indices). */
  readonly fixed?: readonly number[];
}

/** mulberry32: uniform 0..1. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
}

export function sample(kind: Kind, count: number, next: () => number): Float32Array {
  if (kind === 'spread') {
    const order = Array.from({ length: count }, (_, index) => index);
    for (let at = count - 1; at > 0; at--) {
      const other = Math.floor(next() * (at + 1));
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
    return Float32Array.from(order, (rank) => (rank - Math.floor(count / 2) + 0.37) * 0.15);
  }
  return Float32Array.from({ length: count }, () => {
    if (kind === 'positive') return 0.5 + 1.5 * next();
    if (kind === 'unit') return 0.1 + 0.8 * next();
    return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  });
}

export type Run = (feeds: Record<string, Float32Array>) => Promise<Record<string, Float32Array>>;

/** A session over a built graph; all inputs and outputs float32. */
export async function open(
  g: GraphBuilder,
  options: ort.InferenceSession.SessionOptions = {},
): Promise<Run & { close(): Promise<void> }> {
  const session = await ort.InferenceSession.create(encodeModel(g.build()), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'basic',
    ...options,
  });
  const dims = new Map(g.graph().inputs.map((input) => [input.name, input.dims as readonly number[]]));
  const run = async (feeds: Record<string, Float32Array>) => {
    const tensors = Object.entries(feeds).map(([name, data]) => [
      name,
      new ort.Tensor('float32', data, dims.get(name)!),
    ]);
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
  };
  return Object.assign(run, { close: () => session.release() });
}

interface Prepared {
  readonly feeds: Record<string, Float32Array>;
  /** Names of the inputs that are checked. */
  readonly checked: readonly string[];
  /** Weights of the outputs in the loss. */
  readonly weights: Record<string, Float32Array>;
}

function builtCase(it: GradientCase) {
  const g = new GraphBuilder('case');
  const inputs = it.inputs.map(({ dims }, index) => g.input(`x${index}`, dims));
  const built = it.build(g, inputs);
  const outputs = 'name' in built ? [built] : built;
  return { g, inputs, outputs };
}

function prepare(it: GradientCase): Prepared {
  const next = random(1);
  const { g, inputs, outputs } = builtCase(it);
  if (!g.tape.some(({ op }) => op === it.op)) throw new Error(`the case for ${it.op} does not use it`);
  return {
    feeds: Object.fromEntries(
      it.inputs.map(({ dims, kind = 'normal' }, index) => [`x${index}`, sample(kind, elementCount(dims), next)]),
    ),
    checked: inputs.map(({ name }) => name).filter((_, index) => !it.fixed?.includes(index)),
    weights: Object.fromEntries(
      outputs.map(({ dims }, index) => [`y${index}`, sample('normal', elementCount(dims), next)]),
    ),
  };
}

/** The gradients that the rules emit, of the sum of the outputs times fixed weights. */
export async function emittedGradients(
  it: GradientCase,
  options: GradientOptions = {},
  session: ort.InferenceSession.SessionOptions = {},
) {
  const { feeds, checked, weights } = prepare(it);
  const { g, inputs, outputs } = builtCase(it);
  const parts = outputs.map((output, index) =>
    g.op.ReduceSum(g.op.Mul(output, g.floats(weights[`y${index}`]!, output.dims)), undefined, { keepdims: 0 }),
  );
  const loss = parts.reduce((a, b) => g.op.Add(a, b));
  const wrt = inputs.filter(({ name }) => checked.includes(name));
  gradients(g, loss, wrt, options).forEach((gradient, index) => {
    g.output(`d${wrt[index]!.name}`, gradient);
  });
  const run = await open(g, session);
  const results = await run(feeds);
  await run.close();
  return new Map(checked.map((name) => [name, results[`d${name}`]!]));
}

/** The same by central differences of fourth order, the loss summed in double precision. */
export async function numericGradients(it: GradientCase, h = 0.01): Promise<Map<string, Float64Array>> {
  const { feeds, checked, weights } = prepare(it);
  const { g, outputs } = builtCase(it);
  outputs.forEach((output, index) => {
    g.output(`y${index}`, output);
  });
  const run = await open(g);
  const loss = async () => {
    let sum = 0;
    const results = await run(feeds);
    for (const [name, data] of Object.entries(results))
      data.forEach((value, at) => {
        sum += value * weights[name]![at]!;
      });
    return sum;
  };
  const found = new Map<string, Float64Array>();
  for (const name of checked) {
    const data = feeds[name]!;
    const gradient = new Float64Array(data.length);
    for (let at = 0; at < data.length; at++) {
      const original = data[at]!;
      const at4 = async (offset: number) => {
        data[at] = original + offset;
        const moved = data[at]! - original;
        return { loss: await loss(), moved };
      };
      const [far, near, back, farBack] = [await at4(2 * h), await at4(h), await at4(-h), await at4(-2 * h)];
      data[at] = original;
      const narrow = (near.loss - back.loss) / (near.moved - back.moved);
      const wide = (far.loss - farBack.loss) / (far.moved - farBack.moved);
      gradient[at] = (4 * narrow - wide) / 3;
    }
    found.set(name, gradient);
  }
  await run.close();
  return found;
}

/** Largest difference relative to the largest gradient (at least 0.1). */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [error, scale] = [0, 0.1];
  for (let at = 0; at < expected.length; at++) {
    const difference = Math.abs(found[at]! - expected[at]!);
    error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(error, difference);
    scale = Math.max(scale, Math.abs(expected[at]!));
  }
  return found.length === expected.length ? error / scale : Number.POSITIVE_INFINITY;
}
