import { z } from 'zod';
import { documented } from '#config/documented.js';

const probability = z.number().min(0).max(1);
const range = z
  .tuple([z.number().positive().max(10), z.number().positive().max(10)])
  .refine(([low, high]) => low <= high, 'expected the lower number first');

function chance<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject({ probability, ...shape });
}

const hsv = z.strictObject({
  hue: z.number().min(0).max(0.5),
  saturation: z.number().min(0).max(1),
  value: z.number().min(0).max(1),
});

/** Every member may be left out: the preset's value holds. */
const members = z.strictObject({
  mirror: documented(probability, { title: 'Chance to mirror a picture left to right' }),
  flip: documented(probability, { title: 'Chance to turn it upside down' }),
  scale: documented(range, { title: 'Size relative to the whole picture fitted in' }),
  stretch: documented(z.number().min(0).max(1), { title: 'Largest change of the aspect ratio' }),
  translate: documented(z.number().min(0).max(1), { title: 'Largest shift, fraction of the input' }),
  rotateDegrees: documented(z.number().min(0).max(180), { title: 'Largest turn', unit: 'degrees' }),
  shearDegrees: documented(z.number().min(0).max(45), { title: 'Largest shear', unit: 'degrees' }),
  perspective: documented(z.number().min(0).max(0.5), { title: 'Largest tilt' }),
  crop: documented(chance({ minArea: z.number().positive().max(1) }), { title: 'Show only a part of a picture' }),
  warp: documented(chance({ strength: z.number().min(0).max(0.4), cells: z.int().min(2).max(64) }), {
    title: 'Elastic warping',
  }),
  hsv: documented(hsv, { title: 'Shifts of hue, saturation and value' }),
  channels: documented(z.number().min(0).max(1), { title: 'Gain of single channels' }),
  pca: documented(z.number().min(0).max(2), { title: 'Colour shift along the principal components (AlexNet: 0.1)' }),
  grey: documented(probability, { title: 'Chance to lose all colour' }),
  blur: documented(chance({ sigmaPx: z.number().min(0).max(20) }), { title: 'Blur', unit: 'px' }),
  noise: documented(chance({ sigmaLevels: z.number().min(0).max(128) }), { title: 'Noise', unit: 'grey levels' }),
  cutout: documented(chance({ count: z.int().min(0).max(64), size: z.number().min(0).max(1) }), {
    title: 'Rectangles that hide parts',
  }),
  mosaic: documented(chance({ closeEpochs: z.int().min(0) }), {
    title: 'Four pictures in one; none in the last epochs, so that training ends on whole pictures',
  }),
  mixup: documented(chance({ k: z.number().positive().max(100) }), { title: 'A second picture shines through' }),
  copyPaste: documented(chance({ count: z.int().min(0).max(64) }), { title: 'Objects of other pictures pasted in' }),
});

/** How pictures are varied: a preset, and what differs from it. */
export const augmentation = documented(
  members
    .partial()
    .extend({
      preset: documented(z.enum(['none', 'standard']).default('standard'), {
        title: 'none (the plain letterbox) or standard (what serves training from scratch on some thousand pictures)',
      }),
    })
    .prefault({}),
  { title: 'Augmentation: how pictures are varied' },
);
