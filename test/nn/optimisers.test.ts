import { describe, expect, it } from 'vitest';
import { constant, normal } from '#nn/initialisers.js';
import { initialParameters } from '#nn/layout.js';
import { classificationLoss } from '#nn/losses/classification.js';
import type { Network } from '#nn/net.js';
import type { Optimiser } from '#nn/optimisers/transform.js';
import { adam, adamW, clipByGlobalNorm, scaleByLearningRate, sgd } from '#nn/optimisers/transforms.js';
import { cosine, emaDecay, fixed, linear, type Schedule, steps, warmUp } from '#nn/schedules.js';
import { compileUpdate } from '#nn/step.js';
import { random } from '../autodiff/numeric.js';
import { Trainer } from './support.js';

/** Two parameters of 3 numbers, of which decay touches the first. */
const network: Network = (net, x) => {
  const w = net.parameter('w', { dims: [1, 3], initialise: normal(1), decay: true });
  const b = net.parameter('b', { dims: [3], initialise: constant(0.5), decay: false });
  return { y: net.g.op.Add(net.g.op.Mul(x, w), b) };
};
const decays = [1, 1, 1, 0, 0, 0];
const STEPS = 6;
const rateAt = (t: number) => 0.1 / t;

/** Runs the compiled update on seeded gradients; gives the parameters after each step. */
async function graphRun(
  optimiser: Optimiser,
  gradients: readonly number[][],
  frozen?: (name: string) => boolean,
): Promise<number[][]> {
  const plan = {
    network,
    input: { dims: [2, 3] },
    loss: classificationLoss('y'),
    optimiser,
    ema: false,
    ...(frozen && { frozen }),
  };
  const trainer = await Trainer.start(compileUpdate(plan), 3);
  const found: number[][] = [];
  for (const [index, gradient] of gradients.entries()) {
    await trainer.run({ gradients: { dims: [6], data: gradient } }, { learningRate: rateAt(index + 1) });
    found.push(Array.from(trainer.vectors.get('parameters')!));
  }
  await trainer.close();
  return found;
}

type Reference = (p: number[], gradient: readonly number[], t: number) => void;

/** The same by a plain loop in double precision. */
function reference(step: Reference, gradients: readonly number[][]): number[][] {
  const plan = { network, input: { dims: [2, 3] }, loss: classificationLoss('y'), optimiser: sgd(), ema: false };
  const p = Array.from(initialParameters(compileUpdate(plan).layout, 3));
  return gradients.map((gradient, index) => {
    step(p, gradient, index + 1);
    return [...p];
  });
}

const zeros = () => new Float64Array(6);

/** Kingma and Ba, algorithm 1; decay as L2 (in the gradient) or decoupled (Loshchilov and Hutter, algorithm 2). */
function adamReference(l2: number, decoupled: number): Reference {
  const [m, v] = [zeros(), zeros()];
  return (p, gradient, t) => {
    for (let i = 0; i < 6; i++) {
      const g = gradient[i]! + l2 * decays[i]! * p[i]!;
      m[i] = 0.9 * m[i]! + 0.1 * g;
      v[i] = 0.999 * v[i]! + 0.001 * g * g;
      const adaptive = m[i]! / (1 - 0.9 ** t) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-8);
      p[i]! -= rateAt(t) * (adaptive + decoupled * decays[i]! * p[i]!);
    }
  };
}

function sgdReference(mu: number, nesterov: boolean, l2: number): Reference {
  const v = zeros();
  return (p, gradient, t) => {
    for (let i = 0; i < 6; i++) {
      const g = gradient[i]! + l2 * decays[i]! * p[i]!;
      v[i] = mu * v[i]! + g;
      p[i]! -= rateAt(t) * (nesterov ? g + mu * v[i]! : v[i]!);
    }
  };
}

/** torch.nn.utils.clip_grad_norm_ before plain descent. */
const clippedReference: Reference = (p, gradient, t) => {
  const norm = Math.hypot(...gradient);
  const factor = Math.min(1, 1.5 / norm);
  for (let i = 0; i < 6; i++) p[i]! -= rateAt(t) * factor * gradient[i]!;
};

const CASES: readonly (readonly [string, () => Optimiser, () => Reference])[] = [
  ['plain descent', () => sgd({ mu: 0 }), () => sgdReference(0, false, 0)],
  ['momentum', () => sgd({ mu: 0.9, nesterov: false }), () => sgdReference(0.9, false, 0)],
  ['Nesterov momentum with decay on kernels', () => sgd({ weightDecay: 0.1 }), () => sgdReference(0.937, true, 0.1)],
  ['Adam', () => adam(), () => adamReference(0, 0)],
  ['Adam with L2', () => adam({ weightDecay: 0.1 }), () => adamReference(0.1, 0)],
  ['AdamW', () => adamW({ weightDecay: 0.1 }), () => adamReference(0, 0.1)],
  ['clipping by the global norm', () => [clipByGlobalNorm(1.5), scaleByLearningRate()], () => clippedReference],
];

const next = random(9);
const gradients = Array.from({ length: STEPS }, (_, t) =>
  Array.from({ length: 6 }, () => (next() - 0.5) * (t === 2 ? 0 : t === 3 ? 0.1 : 4)),
);

describe('optimisers', () => {
  it.each(CASES)('%s follows its formula over six steps, a zero gradient among them', async (_, optimiser, step) => {
    const [found, expected] = [await graphRun(optimiser(), gradients), reference(step(), gradients)];
    found.flat().forEach((value, index) => {
      expect(Math.abs(value - expected.flat()[index]!)).toBeLessThan(2e-6);
    });
  });

  it('leave frozen parameters alone, decay included', async () => {
    const still = gradients.map((row) => row.map((value, index) => (index < 3 ? 0 : value)));
    const found = await graphRun(adamW({ weightDecay: 0.5 }), still, (name) => name === 'w');
    const start = reference(() => undefined, [[]])[0]!.slice(0, 3);
    expect(found.at(-1)!.slice(0, 3)).toEqual(start);
    expect(found.at(-1)!.slice(3)).not.toEqual([0.5, 0.5, 0.5]);
  });
});

const SCHEDULES: readonly (readonly [string, Schedule, readonly (readonly [step: number, value: number])[]])[] = [
  [
    'fixed',
    fixed(0.1),
    [
      [0, 0.1],
      [1e6, 0.1],
    ],
  ],
  [
    'linear',
    linear(1, 0.5, 10),
    [
      [0, 1],
      [5, 0.75],
      [10, 0.5],
      [11, 0.5],
    ],
  ],
  [
    'cosine',
    cosine(1, 0.1, 100),
    [
      [0, 1],
      [50, 0.55],
      [100, 0.1],
      [500, 0.1],
    ],
  ],
  ['cosine over no steps', cosine(1, 0.1, 0), [[0, 0.1]]],
  [
    'steps',
    steps(1, 0.1, [10, 20]),
    [
      [9, 1],
      [10, 0.1],
      [19, 0.1],
      [20, 0.01],
    ],
  ],
  [
    'warm-up',
    warmUp(fixed(1), 4),
    [
      [0, 0],
      [1, 0.25],
      [4, 1],
      [5, 1],
    ],
  ],
  [
    'warm-up from a value',
    warmUp(cosine(1, 0, 8), 4, 0.5),
    [
      [0, 0.5],
      [4, 0.5],
      [8, 0],
    ],
  ],
  [
    'EMA',
    emaDecay(0.99, 100),
    [
      [0, 0],
      [100, 0.99 * (1 - Math.exp(-1))],
      [1e6, 0.99],
    ],
  ],
];

describe('schedules', () => {
  it.each(SCHEDULES)('%s takes its values', (_, schedule, points) => {
    for (const [step, value] of points) expect(schedule(step)).toBeCloseTo(value, 10);
  });
});
