import { z } from 'zod';
import { documented } from '../documented.js';
import type { Report } from '../rules.js';

const probability = z.number().min(0).max(1);
const label = z.string().min(1);

/** From candidates to detections: what is dropped, and by what. */
export const suppression = documented(
  z
    .strictObject({
      score: documented(probability.default(0.25), {
        title: 'Lowest score (objectness times class probability) that is reported',
        tradeOff:
          "Higher: fewer false boxes, more misses, less work after the model. A model card's own threshold is used while this keeps its default.",
        unit: '0..1',
        flag: '--score <number>',
        alias: '--conf',
      }),
      perClass: documented(z.record(label, probability).default({}), {
        title: 'Lowest score of single classes, in place of the one for all',
        tradeOff: 'Raise it for a class that is often reported where there is none: { person: 0.4, bird: 0.6 }.',
        unit: '0..1',
        flag: '--score-for <label=number,...>',
      }),
      classes: documented(z.array(z.union([label, z.int().min(0)])).default([]), {
        title: 'Classes that are reported, by label or class id; none means all',
        tradeOff: 'Others are dropped before suppression, so they hide nothing.',
        flag: '--classes <list>',
      }),
      iou: documented(probability.default(0.45), {
        title: 'Overlap (IoU) above which the weaker of two boxes is a duplicate',
        tradeOff:
          "Higher: crowded objects stay apart, more duplicates remain. A model card's own threshold is used while this keeps its default.",
        unit: '0..1',
        flag: '--iou <number>',
      }),
      mode: documented(z.enum(['per-class', 'agnostic', 'groups']).default('per-class'), {
        title: 'Which boxes may suppress each other: per-class, agnostic or groups',
        tradeOff:
          'per-class: only the same class, so a person never hides a bicycle. agnostic: any class, one box per place. groups: classes of one group below, and the same class.',
        flag: '--nms <mode>',
      }),
      groups: documented(z.array(z.array(label).min(2)).default([]), {
        title: 'Labels that suppress each other; groups choose mode groups by themselves, unless another is chosen',
        tradeOff: 'For classes that a model confuses: [[car, truck, bus], [bicycle, motorbike]].',
        flag: '--nms-groups <a,b;c,d>',
      }),
      soft: documented(z.enum(['off', 'linear', 'gaussian']).default('off'), {
        title: 'Lower the score of overlapping boxes instead of dropping them: off, linear or gaussian',
        tradeOff: 'Finds more in crowds, reports more duplicates (Soft-NMS, Bodla et al. 2017).',
        flag: '--soft-nms <kind>',
      }),
      sigma: documented(z.number().positive().default(0.5), {
        title: 'Width of the gaussian of soft suppression',
        tradeOff: 'Smaller: overlapping boxes lose more of their score. Used by soft: gaussian only.',
        flag: '--soft-nms-sigma <number>',
      }),
      maxDetections: documented(z.int().min(1).max(100_000).default(300), {
        title: 'Most detections of one frame; the best stay',
        tradeOff: 'Lower: bounded output in crowds. Higher: nothing is cut in dense scenes.',
        unit: 'detections per frame',
        flag: '--max-detections <number>',
        alias: '--max-det',
      }),
    })
    .prefault({}),
  { title: 'Suppression: from the candidates of the model to one detection per object' },
);

/** What the keys of the section say together. */
export function suppressionRules({ mode, groups }: z.output<typeof suppression>, report: Report): void {
  if (mode === 'groups' && groups.length === 0)
    report(['mode'], 'mode groups needs suppression.groups, for example [[car, truck, bus]]');
  const seen = new Set<string>();
  for (const [g, group] of groups.entries()) {
    for (const [i, name] of group.entries()) {
      if (seen.has(name)) report(['groups', g, i], `expected each label in one group, got ${name} again`);
      seen.add(name);
    }
  }
}
