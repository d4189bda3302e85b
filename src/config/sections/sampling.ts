import { z } from 'zod';
import { documented } from '../documented.js';
import type { Report } from '../rules.js';

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
    .prefault({}),
  { title: 'Sampling: which frames of a source are analysed' },
);

/** What the keys of the section say together. */
export function samplingRules({ fps, every, start, end }: z.output<typeof sampling>, report: Report): void {
  if (fps !== null && every > 1) {
    report(['every'], `sampling.fps and sampling.every exclude each other, got ${fps} and ${every}`);
  }
  if (end !== null && end <= start) report(['end'], `expected seconds after sampling.start (${start}), got ${end}`);
}
