// What YOLOX-nano (Apache-2.0) sees in pictures that nobody labelled for all classes.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine } from '../../../dist/runtime/engine.js';
import { detectPictures } from '../../../dist/training/evaluation/detect-pictures.js';
import { LABELS } from './places.mjs';

/** Class ids of the street by class id of a model that knows COCO's names. */
export function streetIds(labels) {
  return labels.map((label) => {
    const id = LABELS.indexOf(label === 'motorcycle' ? 'motorbike' : label);
    return id < 0 ? undefined : id;
  });
}

/**
 * Detections of six classes, scores of 0.1 and more, mean of the picture and its mirror image; kept on disk, for they take
 * minutes.
 * @returns by picture `[{ box, classId, score }]`, undefined for pictures that cannot be read
 */
export async function referenceBoxes(model, samples, { folder, name, progress }) {
  const key = createHash('sha256')
    .update(JSON.stringify(samples.map(({ file, size }) => [file, size])))
    .digest('hex');
  const path = join(folder, `reference-${name}-${key.slice(0, 12)}.json`);
  if (!existsSync(path)) {
    const engine = await openEngine({ model, device: 'cpu', workers: 2, threads: 1 });
    try {
      const judge = { engine, classIds: streetIds(engine.card.labels) };
      const options = { score: 0.1, iou: 0.6, flip: true, progress };
      const { samples: seen, pictures } = await detectPictures([judge], samples, options);
      const found = seen.map(({ file }, n) => [file, pictures[n].detections.map(rounded)]);
      writeFileSync(path, JSON.stringify(found));
    } finally {
      await engine.close();
    }
  }
  const byFile = new Map(JSON.parse(readFileSync(path, 'utf8')));
  return samples.map(({ file }) => byFile.get(file));
}

function rounded({ box, classId, score }) {
  return { box: box.map((value) => Math.round(value * 10) / 10), classId, score: Math.round(score * 1e3) / 1e3 };
}
