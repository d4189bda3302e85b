import { z } from 'zod';
import { parseTime, TIME_CODE } from '#core/time-code.js';
import { documented } from '../documented.js';
import type { Report } from '../rules.js';

/** A position as people type it, in seconds after loading. */
const timeCode = documented(z.string().regex(TIME_CODE).transform(parseTime), { title: 'hh:mm:ss' });

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
      start: documented(z.union([z.number().min(0), timeCode]).prefault(0), {
        title: 'Where to begin in a file',
        unit: 'seconds or hh:mm:ss',
        flag: '--start <time>',
      }),
      end: documented(z.union([z.number().positive(), timeCode]).nullable().prefault(null), {
        title: 'Where to stop in a file; null means its end',
        unit: 'seconds or hh:mm:ss',
        flag: '--end <time>',
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
  if (end !== null && end <= start) report(['end'], `expected a time after sampling.start (${start}), got ${end}`);
}
