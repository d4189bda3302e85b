import { z } from 'zod';
import { documented } from '#config/documented.js';

const side = z.int().min(32).max(2048).multipleOf(32);
const anchor = z.tuple([z.number().positive(), z.number().positive()]);

/** What is trained. */
export const model = documented(
  z
    .strictObject({
      architecture: documented(z.enum(['tiny', 'compact', 'small']).default('tiny'), {
        title: 'tiny (about 1 M parameters), compact (about 2 M) or small (about 4 M)',
        tradeOff: 'compact finds more and takes about a fifth longer than tiny, small three times as long.',
      }),
      size: documented(side.default(320), {
        title: 'Side of the square input',
        tradeOff: 'Larger: small objects are found; time grows with the area. A multiple of 32.',
        unit: 'px',
      }),
      strides: documented(
        z
          .array(z.union([z.literal(8), z.literal(16), z.literal(32)]))
          .min(1)
          .default([8, 16, 32]),
        {
          title: 'Input px per cell of each head',
          tradeOff: '8 finds objects below 20 px; without it tiny takes about a fifth less time.',
          unit: 'px',
        },
      ),
      anchors: documented(z.union([z.literal('auto'), z.array(anchor).min(2)]).default('auto'), {
        title: 'Prior sizes of objects; auto fits them to the data',
        unit: 'px',
      }),
    })
    .prefault({}),
  { title: 'Model' },
);

/** What counts as wrong, and how much. */
export const loss = documented(
  z
    .strictObject({
      box: documented(z.enum(['ciou', 'diou', 'giou']).default('ciou'), {
        title: 'Overlap that boxes are trained for',
      }),
      boxWeight: documented(z.number().min(0).default(0.05), { title: 'Weight of the boxes' }),
      objectnessWeight: documented(z.number().min(0).default(1), { title: 'Weight of the objectness' }),
      classWeight: documented(z.number().min(0).default(0.5), { title: 'Weight of the classes' }),
      classes: documented(z.enum(['sigmoid', 'softmax']).default('sigmoid'), {
        title: 'sigmoid (each class for itself) or softmax (one of them)',
      }),
      focal: documented(z.number().min(0).max(5).default(0), {
        title: 'Gamma of the focal loss; 0 is plain cross entropy',
        tradeOff: 'Higher: what is easy counts less (Lin et al. 2017).',
      }),
      labelSmoothing: documented(z.number().min(0).max(0.5).default(0), {
        title: 'Smoothing of class targets',
        unit: '0..0.5',
      }),
      partial: documented(z.number().min(0).max(1).default(1), {
        title: 'Weight of the background of pictures that are not labelled for all classes',
        tradeOff: 'Lower where objects of the other classes may be there without a box.',
        unit: '0..1',
      }),
      strides: documented(z.union([z.literal('auto'), z.array(z.number().positive()).min(1)]).default('auto'), {
        title: 'Weight of the objectness of each stride, finest first',
      }),
    })
    .prefault({}),
  { title: 'Loss' },
);

/** Which anchors of which cells learn which objects. */
export const assignment = documented(
  z
    .strictObject({
      rule: documented(z.enum(['neighbours', 'best-iou']).default('neighbours'), {
        title: 'neighbours (YOLOv5: cells beside the midpoint too) or best-iou (YOLOv2, v3: one anchor)',
        tradeOff: 'neighbours gives three to nine times as many positives and learns faster.',
      }),
      ratio: documented(z.number().min(1.5).max(20).default(4), {
        title: 'Largest ratio of sides between an object and its anchor, rule neighbours',
      }),
      ignoreIou: documented(z.number().min(0).max(1).default(0.5), {
        title: 'Overlap above which other anchors are not judged, rule best-iou',
        unit: '0..1',
      }),
    })
    .prefault({}),
  { title: 'Assignment' },
);
