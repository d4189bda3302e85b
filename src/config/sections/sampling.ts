import { z } from 'zod';
import { documented } from '../documented.js';

/** Which frames of a source are looked at. */
export const sampling = documented(
  z
    .strictObject({
      fps: documented(z.number().positive().max(1000).nullable().default(null), {
        title: 'Frames that are analysed per second of the source; null means all',
        tradeOff: 'Lower: less work, fast objects are missed between frames.',
        unit: 'frames per second',
        flag: '--fps <number>',
      }),
      every: documented(z.int().min(1).default(1), {
        title: 'Analyse every n-th frame',
        tradeOff: 'The same as fps, counted in frames: use one of the two.',
        unit: 'frames',
        flag: '--every <number>',
      }),
      start: documented(z.number().min(0).default(0), {
        title: 'Where to begin in a file',
        unit: 'seconds',
        flag: '--start <seconds>',
      }),
      end: documented(z.number().positive().nullable().default(null), {
        title: 'Where to stop in a file; null means its end',
        unit: 'seconds',
        flag: '--end <seconds>',
      }),
    })
    .superRefine(({ fps, every, start, end }, context) => {
      if (fps !== null && every > 1) {
        context.addIssue({ code: 'custom', path: ['every'], message: '1, because sampling.fps is given' });
      }
      if (end !== null && end <= start) {
        context.addIssue({ code: 'custom', path: ['end'], message: `seconds after sampling.start (${start})` });
      }
    })
    .prefault({}),
  { title: 'Sampling: which frames of a source are analysed' },
);
