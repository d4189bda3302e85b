import { z } from 'zod';
import { documented } from '#config/documented.js';

const label = z.string().min(1);

/** What is learnt from: folders, classes, what is held back. */
export const data = documented(
  z
    .strictObject({
      folders: documented(z.array(z.string().min(1)).default([]), {
        title: 'Data sets (COCO, YOLO, Pascal VOC), counted from this file; --data adds to them',
        flag: '--data <folder>',
      }),
      classes: documented(z.array(label).nullable().default(null), {
        title: 'Labels of the model, in order; null takes those of the first data set',
        tradeOff: 'Labels of a data set that are not listed are dropped unless renamed below.',
      }),
      rename: documented(z.record(label, z.union([label, z.array(label).min(1), z.null()])).default({}), {
        title: 'What labels of the data sets become: another label, several where it does not tell which, or null',
        tradeOff: '{ Motorcycle: motorbike, bike: [bicycle, motorbike], Ambulance: null }',
      }),
      holdBack: documented(z.number().min(0).max(0.9).default(0.1), {
        title: 'Fraction of the pictures for validation, where a data set does not say itself',
        unit: '0..1',
      }),
      repeat: documented(z.record(label, z.int().min(1).max(20)).default({}), {
        title: 'How often a picture with an object of a class comes in an epoch: { bicycle: 3, bus: 2 }',
        tradeOff:
          'Rare classes are seen more often. The highest number of a picture counts; validation is not touched.',
      }),
      repeatFiles: documented(z.record(z.string().min(1), z.int().min(1).max(20)).default({}), {
        title: 'How often a picture comes whose file name starts so: { night-: 3 }',
        tradeOff: 'For collections of pictures that are small and hard. The higher number of both counts.',
      }),
      limit: documented(z.int().min(1).nullable().default(null), {
        title: 'Most pictures to train on; for quick trials',
        unit: 'pictures',
      }),
    })
    .prefault({}),
  { title: 'Data' },
);
