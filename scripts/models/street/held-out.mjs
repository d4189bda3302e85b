// The pictures that no training saw, and what models find in them.
import { join } from 'node:path';
import { readImageSize } from '../../../dist/dataset/image-header.js';
import { openEngine } from '../../../dist/runtime/engine.js';
import { detectPictures } from '../../../dist/training/evaluation/detect-pictures.js';
import { framesOf } from './frames.mjs';
import { WORK } from './places.mjs';
import { streetIds } from './reference.mjs';
import { readSource, SOURCES, VIDEOS } from './sources.mjs';

/** Held-back pictures as they were labelled by people, each with the classes that it is labelled for. */
export async function heldOut(shared) {
  const all = [];
  for (const source of SOURCES) all.push(...(await readSource(shared, source)).filter(({ held }) => held));
  return all;
}

/** Held-back pictures without any object of the six classes. */
export function emptyPictures(shared, held) {
  const pictures = held.filter(({ source, annotations }) => source === 'coco288' && annotations.length === 0);
  const bottles = VIDEOS.find(({ name }) => name === 'bottle-detection');
  const frames = framesOf(join(shared, bottles.path), { ...bottles, folder: join(WORK, 'frames') })
    .filter(({ seconds }) => seconds >= bottles.heldFrom)
    .map(({ file }) => ({ file, size: readImageSize(file), annotations: [] }));
  return [...pictures, ...frames];
}

/** How models are compared: on one thread. */
export const SINGLE = { device: 'cpu', workers: 1, threads: 1 };

/** Runs one model on one thread. @param imgsz side of the input in place of the model's own @returns detections by picture, the engine's card and its median time, ms */
export async function judge({ model, imgsz, samples, score = 0.001, progress }) {
  const engine = await openEngine({ ...SINGLE, model, ...(imgsz && { imgsz }) });
  try {
    const one = { engine, classIds: streetIds(engine.card.labels) };
    const { pictures, inferenceMs, unreadable } = await detectPictures([one], samples, { score, progress });
    if (unreadable.length > 0) throw new Error(`cannot be read: ${unreadable.join(', ')}`);
    return { card: engine.card, pictures, medianMs: median(inferenceMs) };
  } finally {
    await engine.close();
  }
}

export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
