// The real pictures of models/street: where each set lies, what its labels mean, and which part is held back.
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { relabel } from '../../../dist/dataset/dataset.js';
import { readDataset } from '../../../dist/dataset/read-dataset.js';
import { LABELS } from './places.mjs';

const MOTORBIKE = { Motorcycle: 'motorbike', motorcycle: 'motorbike' };

/** @typedef {{ name: string, path: string, licence: string, rename?: object, bars?: true, complete?: true, isHeld: (file: string) => boolean }} Source */

/** So many of 256, by the name of the file: a picture stays where it is when others come. */
const share = (of256) => (file) => createHash('sha256').update(basename(file)).digest()[0] < of256;
const byName = share(34);
/** Pictures of one fixed camera follow one another: the last of them, not some between. */
const byNumber = (first) => (file) => Number(/(\d+)\.\w+$/.exec(file)?.[1]) >= first;

const OPEN_IMAGES = 'CC BY 4.0 export; photographs of Open Images, CC BY 2.0';
const COCO = 'photographs of COCO, Flickr licences, some of them non-commercial';

/** @type {Source[]} */
export const SOURCES = [
  {
    name: 'highway',
    path: 'detect/highway',
    licence: 'CC BY 4.0, Universitas Tidar, Highway Object Detection v40',
    bars: true,
    isHeld: (file) => file.includes('valid'),
  },
  { name: 'bicycle', path: 'detect/street/bicycle', licence: 'CC BY 4.0 export', isHeld: share(50) },
  { name: 'person-coco', path: 'detect/street/person-coco', licence: `CC BY 4.0 export; ${COCO}`, isHeld: byName },
  { name: 'person-indoor', path: 'detect/street/person-indoor', licence: 'CC BY 4.0 export', isHeld: byNumber(80) },
  { name: 'person-openimages', path: 'detect/street/person-openimages', licence: OPEN_IMAGES, isHeld: byName },
  {
    name: 'vehicles-openimages',
    path: 'detect/street/vehicles-openimages',
    licence: OPEN_IMAGES,
    rename: { Bus: 'bus', Car: 'car', Truck: 'truck', Ambulance: ['car', 'truck'], ...MOTORBIKE },
    isHeld: byName,
  },
  {
    name: 'vehicles-highway-camera',
    path: 'detect/street/vehicles-highway-camera',
    licence: 'CC BY 4.0 export',
    rename: { bike: ['bicycle', 'motorbike'] },
    isHeld: byNumber(75),
  },
  {
    name: 'coco288',
    path: 'detect/coco288',
    licence: `annotations CC BY 4.0; ${COCO}`,
    rename: MOTORBIKE,
    complete: true,
    isHeld: share(64),
  },
];

/**
 * Videos that are looked at so many times a second; what comes from `heldFrom` seconds on is held back. `seenOnly`: pictures in
 * which the reference is sure of nothing are left out, for it misses things there (cars from straight above).
 */
export const VIDEOS = [
  {
    ...{ name: 'car-detection', path: 'video/car-detection.mp4', heldFrom: 24, fps: 2, seenOnly: true },
    licence: 'CC BY 4.0, Intel',
  },
  {
    ...{ name: 'one-by-one', path: 'video/one-by-one-person-detection.mp4', heldFrom: 110, fps: 1 },
    licence: 'CC BY 4.0, Intel',
  },
  {
    ...{ name: 'bottle-detection', path: 'video/bottle-detection.mp4', heldFrom: 30, fps: 0.5 },
    licence: 'CC BY 4.0, Intel',
  },
  {
    ...{ name: 'walking', path: 'video/supervision-walking.mp4', heldFrom: 99, fps: 1 },
    licence: 'MIT repository',
  },
  {
    ...{ name: 'night', path: 'video/inference-example_video.mp4', heldFrom: 99, fps: 1, seenOnly: true },
    licence: 'Apache-2.0',
  },
  ...['again', 'bird', 'book', 'brother', 'eat', 'help', 'hungry', 'learn', 'milk'].map((clip) => ({
    ...{ name: `facing-${clip}`, path: `video/faces/${clip}.mkv`, heldFrom: 99, fps: 1.5 },
    licence: 'CC BY 4.0, Intel',
  })),
];

/**
 * One set under the labels of the model. `labelled` names the classes that its pictures are labelled for.
 * @returns pictures with `held`: whether they are kept for validation
 */
export async function readSource(shared, { name, path, rename = {}, complete, isHeld }) {
  const found = await readDataset(join(shared, path));
  // Of an ambulance (a car or a lorry) the box is ignored, and both stay labelled classes.
  const labels = relabel(found, LABELS, rename);
  const known = new Set(
    found.labels.flatMap((label) => {
      const now = rename[label] ?? label;
      return typeof now === 'string' && LABELS.includes(now) ? [LABELS.indexOf(now)] : [];
    }),
  );
  const labelled = complete ? LABELS.map((_, id) => id) : [...known].sort();
  return labels.samples.map((sample) => ({ ...sample, labelled, source: name, held: isHeld(sample.file) }));
}
