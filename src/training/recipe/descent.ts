import { z } from 'zod';
import { documented } from '#config/documented.js';

const fraction = z.number().min(0).max(1);

/** How parameters move. */
export const optimiser = documented(
  z
    .strictObject({
      kind: documented(z.enum(['adamw', 'adam', 'sgd']).default('adamw'), {
        title: 'adamw, adam or sgd (with Nesterov momentum)',
      }),
      rate: documented(z.number().positive().max(10).default(0.002), {
        title: 'Highest learning rate',
        tradeOff: 'For batch 16. sgd wants about ten times as much.',
      }),
      momentum: documented(fraction.default(0.9), { title: 'Momentum of sgd, beta 1 of adam' }),
      beta2: documented(fraction.default(0.999), { title: 'Beta 2 of adam' }),
      decay: documented(z.number().min(0).max(1).default(0.02), {
        title: 'Weight decay, of kernels only',
        tradeOff: 'adamw takes it off the weights directly, so it wants 20 to 100 times as much as the others.',
      }),
      clip: documented(z.number().positive().nullable().default(10), {
        title: 'Largest norm of the gradient; null: any',
      }),
      accumulate: documented(z.int().min(1).max(256).default(1), {
        title: 'Batches whose gradients make one step',
        tradeOff: 'As a batch of that many times the size, in the memory of one.',
      }),
    })
    .prefault({}),
  { title: 'Optimiser' },
);

/** How the learning rate moves over the run. */
export const schedule = documented(
  z
    .strictObject({
      kind: documented(z.enum(['cosine', 'step', 'constant']).default('cosine'), { title: 'cosine, step or constant' }),
      warmup: documented(fraction.default(0.03), {
        title: 'Part of the run in which the rate rises from 0',
        unit: '0..1',
      }),
      final: documented(fraction.default(0.02), { title: 'Rate at the end, relative to the highest', unit: '0..1' }),
      drops: documented(z.array(fraction).default([0.6, 0.85]), {
        title: 'Points of the run at which kind step divides the rate by ten',
        unit: '0..1',
      }),
    })
    .prefault({}),
  { title: 'Schedule' },
);

/** The moving average of the parameters, which is what is judged and exported. */
export const ema = documented(
  z
    .strictObject({
      decay: documented(fraction.default(0.999), {
        title: 'Share of the old average that a step keeps; 0 switches it off',
        tradeOff: 'Higher: smoother, and slower to follow. Runs of few steps want less.',
      }),
      ramp: documented(z.number().min(1).default(500), {
        title: 'Steps in which the decay rises to its value',
        unit: 'steps',
      }),
    })
    .prefault({}),
  { title: 'Moving average' },
);
