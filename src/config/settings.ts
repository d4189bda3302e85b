import { z } from 'zod';
import { documented } from './documented.js';
import type { Report } from './rules.js';
import { cameras, camerasRules } from './sections/cameras.js';
import { live } from './sections/live.js';
import { log } from './sections/log.js';
import { output } from './sections/output.js';
import { sampling, samplingRules } from './sections/sampling.js';
import { server, serverRules } from './sections/server.js';
import { suppression, suppressionRules } from './sections/suppression.js';

const count = z.union([z.literal('auto'), z.int().min(1).max(256)]);

/**
 * Every setting of lookout with its type, limits, default and documentation. `config/lookout.yaml`, its JSON Schema, the
 * `LOOKOUT_*` variables and the arguments of commands all follow from it; `npm run config` writes the two files anew.
 * A new section is one file in `sections/` and one line here (see README.md in this folder).
 */
export const settingsShape = {
  model: documented(z.string().min(1).nullable().default(null), {
    title: 'Name of a folder in models, or an .onnx file',
    tradeOff: 'Larger models find more and smaller objects and take longer per frame.',
    flag: '--model <name|file>',
  }),
  models: documented(z.string().min(1).default('models'), {
    title: 'Folder of the models that have names',
    flag: '--models <folder>',
  }),
  inputSize: documented(
    z
      .union([
        z.literal('auto'),
        z.int().min(32).max(8192),
        documented(z.string().regex(/^\d{2,4}x\d{2,4}$/), { title: 'WIDTHxHEIGHT' }),
      ])
      .default('auto'),
    {
      title: 'Input size of models that leave it free: auto, one number or WIDTHxHEIGHT',
      tradeOff:
        'Larger: small objects are found, time grows with the area. auto takes what the model names, in the shape of each picture where its card says that it adapts.',
      unit: 'px',
      flag: '--input-size <px>',
      alias: '--imgsz',
    },
  ),
  device: documented(z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt', 'dml', 'coreml']).default('auto'), {
    title: 'What runs the model: auto, cpu, webgpu, cuda, tensorrt, dml or coreml',
    tradeOff: 'auto takes the first that really works and says why it passed over the others; a named one must work.',
    flag: '--device <name>',
  }),
  workers: documented(count.default('auto'), {
    title: 'Threads that each hold a copy of the model; auto measures at start',
    tradeOff: 'More: higher throughput and more memory. Fewer, with more threads each: a single frame is done sooner.',
    unit: 'workers',
    flag: '--workers <number>',
  }),
  threads: documented(count.default('auto'), {
    title: 'Threads of the runtime inside one worker; auto measures at start',
    tradeOff: 'Workers times threads beyond the cores of the machine only costs time.',
    unit: 'threads per worker',
    flag: '--threads <number>',
  }),
  suppression,
  sampling,
  output,
  cameras,
  live,
  server,
  log,
};

/** Some settings, each right by itself: what one file or one other place gives. */
export const someSettings = z.strictObject(settingsShape);

/** All settings, each right by itself and with the others. */
export const settingsSchema = someSettings.superRefine((settings, context) => {
  const reportIn =
    (section: string): Report =>
    (path, message) =>
      context.addIssue({ code: 'custom', path: [section, ...path], message });
  suppressionRules(settings.suppression, reportIn('suppression'));
  samplingRules(settings.sampling, reportIn('sampling'));
  camerasRules(settings.cameras, reportIn('cameras'));
  serverRules(settings.server, reportIn('server'));
});

/** Settings after loading: every key has a value. */
export type Settings = z.output<typeof settingsSchema>;
