import { z } from 'zod';
import { documented } from '../documented.js';
import type { Report } from '../rules.js';

const fraction = z.number().min(0).max(1);
const polygon = documented(z.array(z.tuple([fraction, fraction])).min(3), {
  title: 'Corners [x, y] in fractions of the frame, at least three',
});

/** One camera as the configuration describes it. */
export const camera = z.strictObject({
  source: documented(z.string().min(1), { title: 'A URL, a device (/dev/video0) or a file' }),
  analysisSource: documented(z.string().min(1).nullable().default(null), {
    title: 'A second, smaller stream of the same camera that is analysed in place of source; viewers see source',
  }),
  fps: documented(z.number().positive().max(1000).nullable().default(null), {
    title: 'Frames that are analysed per second; null means all',
  }),
  score: documented(z.number().min(0).max(1).nullable().default(null), {
    title: 'Least score; null takes suppression.score',
  }),
  perClass: documented(z.record(z.string(), z.number().min(0).max(1)).nullable().default(null), {
    title: 'Least score of single classes; null takes suppression.perClass',
  }),
  classes: documented(z.array(z.string().min(1)).nullable().default(null), {
    title: 'The classes that are wanted; null takes suppression.classes',
  }),
  zones: documented(z.array(polygon).default([]), {
    title: 'Regions of interest: what has its centre in none of them is dropped; none means the whole frame',
  }),
  masks: documented(z.array(polygon).default([]), {
    title: 'Areas to ignore: what has its centre in one is dropped',
  }),
  tracker: documented(z.enum(['bytetrack', 'sort', 'none']).nullable().default(null), {
    title: 'null takes live.tracker',
  }),
  transport: documented(z.enum(['tcp', 'udp']).nullable().default(null), { title: 'null takes live.transport' }),
  hwaccel: documented(z.string().min(1).nullable().default(null), { title: 'null takes live.hwaccel' }),
  loop: documented(z.boolean().default(true), { title: 'Play a file again and again' }),
});

/** The cameras that are watched, by name. */
export const cameras = documented(
  z.record(z.string().min(1).max(100), z.union([z.string().min(1), camera])).default({}),
  {
    title: 'Cameras to watch: a name for each, with its source or with source and more',
    tradeOff:
      'A source is a URL (rtsp, http and others), a device (/dev/video0) or a file, which is played in real time. Beside source ' +
      'a camera may have analysisSource (a second, smaller stream that is analysed while viewers see the first), fps, score, perClass, classes, zones and masks (lists of polygons, corners as fractions of the frame), tracker, ' +
      'transport, hwaccel and loop.',
    flag: '--cameras <name=source,...>',
  },
);

/** Names are shown and stand in URLs. */
export function camerasRules(section: z.output<typeof cameras>, report: Report): void {
  for (const name of Object.keys(section)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are refused
    if (name === '*' || name.trim() !== name || /[\u0000-\u001f\u007f/\\]/.test(name)) {
      report([name], `expected a name without slashes and control characters, other than *, got "${name}"`);
    }
  }
}
