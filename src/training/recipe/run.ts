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
  multiScale: documented(z.array(z.number().min(0.25).max(2)).default([]), {
    title: 'Input sizes to change between from batch to batch, relative to the size: [0.8, 1, 1.2]; none stays at it',
    tradeOff: 'The model copes better with other sizes in use. Begins where progressive ends.',
  }),
  progressive: documented(
    z.array(z.strictObject({ until: z.number().min(0).max(1), scale: z.number().min(0.25).max(1) })).default([
      { until: 0.3, scale: 0.7 },
      { until: 0.6, scale: 0.8 },
    ]),
    {
      title: 'Smaller inputs for the first parts of the run: [{ until: part of the run, scale: part of the size }]',
      tradeOff:
        'The first epochs cost less, so that there are more of them; [] stays at the size. Sides become multiples of 32.',
    },
  ),
  validation: documented(
    z
      .strictObject({
        every: documented(z.int().min(1).default(5), { title: 'Epochs between two looks at the validation pictures' }),
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
          title:
            'Layers that stay as they are: beginnings of their names (backbone, or backbone/stem, backbone/stage4)',
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
  cacheMb: documented(z.union([z.literal('auto'), z.int().min(0).max(1_048_576)]).default('auto'), {
    title: 'Disk space for decoded pictures, in the folder of the run while it runs; auto takes up to 4096 MB',
    unit: 'MB',
    tradeOff:
      'Never more than half of what is free. What does not fit is decoded anew each time, on the cores that the step wants.',
  }),
};
