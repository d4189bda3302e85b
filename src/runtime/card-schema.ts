import { z } from 'zod';
import type { Card } from '#core/card.js';

const text = z.string().min(1);
const count = z.int().positive();
const points = z.int().nonnegative().max(1000);
const positive = z.number().positive();
const fraction = z.number().min(0).max(1);
const type = z.enum(['float32', 'float16', 'uint8', 'int8', 'int32', 'int64', 'bool', 'float64']);
const value = { name: text, type, dims: z.array(z.int().min(-1)).max(8) };
const triple = z.tuple([z.number(), z.number(), z.number()]);
const landmarkValues = z.union([z.literal(2), z.literal(3)]);
// Far beyond any network, and small enough that no card asks for all memory.
const stride = count.max(512);
const anchors = z
  .array(z.tuple([positive, positive]))
  .min(1)
  .max(64);
const MAX_HEADS = 32;

const input = z.strictObject({
  ...value,
  layout: z.enum(['NCHW', 'NHWC']),
  size: z.strictObject({ width: count.max(8192), height: count.max(8192) }),
  adapts: z.boolean().optional(),
  fit: z.enum(['letterbox', 'letterbox-top-left', 'stretch']),
  padding: z.number().min(0).max(255),
  channels: z.enum(['RGB', 'BGR']),
  mean: triple,
  std: z.tuple([positive, positive, positive]),
});

const decoder = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('anchor-grid'),
    heads: z
      .array(z.strictObject({ output: text, stride, anchors, gridScale: positive.optional() }))
      .min(1)
      .max(MAX_HEADS),
    sizes: z.enum(['exp', 'sigmoid']),
    classes: z.enum(['sigmoid', 'softmax', 'none']),
    gridScale: positive,
    activated: z.union([z.boolean(), z.literal('scores')]).optional(),
    multiLabel: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('rows'),
    output: text,
    classes: z.literal('none').optional(),
    landmarks: points.optional(),
    reduced: z.boolean().optional(),
    multiLabel: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('yolo-fastest-v2'),
    output: z.union([
      text,
      z
        .array(text)
        .min(1)
        .max(3 * MAX_HEADS),
    ]),
    heads: z.array(z.strictObject({ stride, anchors })).min(1).max(MAX_HEADS),
    raw: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('yolox'),
    output: text,
    strides: z.array(stride).min(1).max(MAX_HEADS),
    raw: z.boolean(),
    reduced: z.boolean().optional(),
    multiLabel: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('columns'),
    output: text,
    landmarks: points,
    landmarkValues,
    reduced: z.boolean().optional(),
    multiLabel: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('end-to-end'),
    output: text,
    landmarks: points.optional(),
    landmarkValues: landmarkValues.optional(),
  }),
  z.strictObject({ kind: z.literal('end-to-end-numbered'), output: text }),
  z.strictObject({
    kind: z.literal('end-to-end-parts'),
    count: text,
    boxes: text,
    scores: text,
    classes: text,
  }),
  z.strictObject({ kind: z.literal('fastestdet'), output: text }),
  z.strictObject({
    kind: z.literal('scrfd'),
    heads: z
      .array(z.strictObject({ stride, score: text, box: text, landmarks: text.optional() }))
      .min(1)
      .max(MAX_HEADS),
    anchorsPerCell: count.max(64),
  }),
  z.strictObject({
    kind: z.literal('retinaface'),
    boxes: text,
    scores: text,
    landmarks: text.optional(),
    priors: z
      .array(z.strictObject({ stride, sizes: z.array(positive).min(1).max(64) }))
      .min(1)
      .max(MAX_HEADS),
    variances: z.tuple([positive, positive]),
  }),
  z.strictObject({ kind: z.literal('corners'), boxes: text, scores: text }),
  z.strictObject({ kind: z.literal('ultraface'), boxes: text, scores: text }),
  z.strictObject({
    kind: z.literal('distribution'),
    heads: z
      .array(z.strictObject({ output: text, stride }))
      .min(1)
      .max(MAX_HEADS),
    bins: z.int().min(2).max(256),
    landmarks: points,
  }),
]);

/** What a `card.json` may hold: the schema of {@link Card}. */
export const cardSchema = z.strictObject({
  version: z.literal(1),
  name: text,
  description: z.string().optional(),
  licence: z.string().optional(),
  model: z.strictObject({
    file: z.string().regex(/^[^/\\]+$/, 'expected the name of a file beside the card'),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
  }),
  input,
  outputs: z.array(z.strictObject(value)).min(1).max(256),
  decoder,
  labels: z.array(text).min(1).max(100_000),
  landmarks: z.array(text).optional(),
  thresholds: z
    .strictObject({
      score: fraction.optional(),
      iou: fraction.optional(),
      perClass: z.record(z.string(), fraction).optional(),
    })
    .optional(),
  metrics: z.record(z.string(), z.unknown()).optional(),
  recipe: z.record(z.string(), z.unknown()).optional(),
}) satisfies z.ZodType<Card>;
