import { z } from 'zod';
import { documented } from '#config/documented.js';

/** How long, how large, when to look. */
export const runShape = {
  batch: documented(z.int().min(1).max(1024).default(16), { title: 'Pictures in a batch', unit: 'pictures' }),
  epochs: documented(z.int().min(1).max(100_000).default(100), {
    title: 'Rounds through the pictures',
    unit: 'epochs',
    flag: '--epochs <number>',
  }),
  minutes: documented(z.number().positive().nullable().default(null), {
    title: 'Time that the run may take; the schedule fits itself to it, at most the epochs',
    tradeOff: 'Time of the steps and the looks at the validation pictures; pauses between resumed runs do not count.',
    unit: 'minutes',
    flag: '--minutes <number>',
  }),
  seed: documented(z.int().min(0).max(0xffffffff).default(1), {
    title: 'Start of all random numbers: the same seed gives the same model on the same machine',
    flag: '--seed <number>',
  }),
  multiScale: documented(z.array(z.int().min(32).max(2048).multipleOf(32)).default([]), {
    title: 'Sides of the input to change between, a few steps each; none stays at the size of the model',
    unit: 'px',
  }),
  progressive: documented(
    z
      .array(z.strictObject({ until: z.number().min(0).max(1), size: z.int().min(32).max(2048).multipleOf(32) }))
      .default([]),
    {
      title: 'Smaller inputs for the first part of the run: [{ until: 0.4, size: 224 }]',
      tradeOff: 'The first epochs cost less; the last part should run at the full size.',
    },
  ),
  validation: documented(
    z
      .strictObject({
        every: documented(z.int().min(1).default(1), { title: 'Epochs between two looks at the validation pictures' }),
        pictures: documented(z.int().min(1).nullable().default(null), {
          title: 'Most pictures of a look; the last one takes all',
          unit: 'pictures',
        }),
        patience: documented(z.int().min(1).nullable().default(null), {
          title: 'Epochs without a better AP after which the run ends; null runs to the end',
          unit: 'epochs',
        }),
      })
      .prefault({}),
    { title: 'Validation' },
  ),
  checkpoint: documented(
    z
      .strictObject({
        seconds: documented(z.number().min(0).default(60), {
          title: 'Longest time between two checkpoints',
          unit: 'seconds',
        }),
      })
      .prefault({}),
    { title: 'Checkpoints' },
  ),
  transfer: documented(
    z
      .strictObject({
        from: documented(z.string().min(1).nullable().default(null), {
          title: 'A checkpoint, or an ONNX file whose weights are taken by name and shape',
          flag: '--from <file>',
        }),
        freeze: documented(z.array(z.string().min(1)).default([]), {
          title: 'Layers that stay as they are: beginnings of their names (stem, stage1)',
          flag: '--freeze <layers>',
        }),
        cacheFeatures: documented(z.boolean().default(false), {
          title: 'Compute the activations of frozen layers once, keep them on disk and train on them',
          tradeOff: 'Epochs cost a fraction, and pictures are not varied any more.',
          flag: '--cache-features',
        }),
      })
      .prefault({}),
    { title: 'Transfer' },
  ),
  threads: documented(z.union([z.literal('auto'), z.int().min(1).max(256)]).default('auto'), {
    title: 'Threads of the training step; auto takes all cores',
    flag: '--threads <number>',
  }),
  device: documented(z.enum(['cpu', 'cuda', 'webgpu']).default('cpu'), {
    title: 'What runs the step',
    flag: '--device <name>',
  }),
  loaders: documented(z.union([z.literal('auto'), z.int().min(1).max(64)]).default('auto'), {
    title: 'Threads that read and vary pictures',
  }),
};
