import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { Optimiser, Transform } from './transform.js';

/** a x + b y for fed or constant numbers a and b. */
function mix(g: GraphBuilder, [a, x]: readonly [Value, Value], [b, y]: readonly [Value, Value]): Value {
  return g.op.Add(g.op.Mul(a, x), g.op.Mul(b, y));
}

/** Shortens the gradient to at most this L2 norm (Pascanu et al. 2013); a shorter one is left as it is. */
export function clipByGlobalNorm(limit: number): Transform {
  return {
    name: 'clip',
    apply: (update, { g }) => {
      const norm = g.op.ReduceL2(update, undefined, { keepdims: 1 });
      const factor = g.op.Div(g.scalar(limit), g.op.Max(norm, g.scalar(limit)));
      return { update: g.op.Mul(update, factor) };
    },
  };
}

/** Adds decay * p where the decay mask is 1: L2 regularisation before momentum, decoupled decay (AdamW) behind it. */
export function addWeightDecay(decay: number): Transform {
  return {
    name: 'decay',
    apply: (update, { g, parameters, decayMask }) => {
      const weights = g.op.Mul(decayMask, g.scalar(decay));
      return { update: g.op.Add(update, g.op.Mul(parameters, weights)) };
    },
  };
}

/**
 * Momentum as PyTorch defines it: v = mu v + u, out v; with Nesterov's correction u + mu v (Sutskever et al. 2013).
 * The momentum may be overridden from step to step for warm-up.
 */
export function momentum(mu: number, { nesterov = false } = {}): Transform {
  return {
    name: 'momentum',
    slots: ['velocity'],
    scalars: (state) => ({ mu: state.momentum ?? mu }),
    apply: (update, { g, slots, scalars }) => {
      const velocity = g.op.Add(g.op.Mul(slots.velocity!, scalars.mu!), update);
      const next = nesterov ? g.op.Add(update, g.op.Mul(velocity, scalars.mu!)) : velocity;
      return { update: next, slots: { velocity } };
    },
  };
}

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * Adam (Kingma and Ba 2015): m = b1 m + (1 - b1) u, v = b2 v + (1 - b2) u^2,
 * out (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon). The corrections are fed.
 */
export function scaleByAdam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Transform {
  return {
    name: 'adam',
    slots: ['first', 'second'],
    scalars: ({ step }) => ({ correction1: 1 / (1 - beta1 ** step), correction2: 1 / (1 - beta2 ** step) }),
    apply: (update, { g, slots, scalars }) => {
      const first = mix(g, [g.scalar(beta1), slots.first!], [g.scalar(1 - beta1), update]);
      const second = mix(g, [g.scalar(beta2), slots.second!], [g.scalar(1 - beta2), g.op.Mul(update, update)]);
      const root = g.op.Add(g.op.Sqrt(g.op.Mul(second, scalars.correction2!)), g.scalar(epsilon));
      return { update: g.op.Div(g.op.Mul(first, scalars.correction1!), root), slots: { first, second } };
    },
  };
}

/** Multiplies by minus the learning rate: the last link of every optimiser. */
export function scaleByLearningRate(): Transform {
  return {
    name: 'rate',
    scalars: ({ learningRate }) => ({ factor: -learningRate }),
    apply: (update, { g, scalars }) => ({ update: g.op.Mul(update, scalars.factor!) }),
  };
}

export interface OptimiserOptions {
  /** On kernels and matrices only. */
  readonly weightDecay?: number;
  /** Largest L2 norm of the whole gradient. */
  readonly clipNorm?: number;
}

function clipping(clipNorm: number | undefined): Optimiser {
  return clipNorm === undefined ? [] : [clipByGlobalNorm(clipNorm)];
}

function decaying(weightDecay: number | undefined): Optimiser {
  return weightDecay ? [addWeightDecay(weightDecay)] : [];
}

/** Stochastic gradient descent, by default with Nesterov momentum 0.937 as YOLOv5. */
export function sgd({
  mu = 0.937,
  nesterov = true,
  ...options
}: OptimiserOptions & { readonly mu?: number; readonly nesterov?: boolean } = {}): Optimiser {
  const moving = mu === 0 ? [] : [momentum(mu, { nesterov })];
  return [...clipping(options.clipNorm), ...decaying(options.weightDecay), ...moving, scaleByLearningRate()];
}

/** Adam; weight decay is L2 regularisation, part of the gradient. */
export function adam(options: OptimiserOptions & AdamOptions = {}): Optimiser {
  return [...clipping(options.clipNorm), ...decaying(options.weightDecay), scaleByAdam(options), scaleByLearningRate()];
}

/** AdamW (Loshchilov and Hutter 2019): weight decay acts on the parameters beside the adaptive step. */
export function adamW(options: OptimiserOptions & AdamOptions = {}): Optimiser {
  return [...clipping(options.clipNorm), scaleByAdam(options), ...decaying(options.weightDecay), scaleByLearningRate()];
}
