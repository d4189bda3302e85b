// One COCO data set of six classes from sets that are labelled for some of them each.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import sharp from 'sharp';
import { iou } from '../../../dist/vision/iou.js';
import { LABELS } from './places.mjs';

/** From this score on, what the reference saw counts as an object; below, as something that may be one. */
export const SURE = 0.4;
/** Longer side of the pictures that are kept, px. */
const SIDE = 416;

/**
 * The objects of a picture for training: its own labels; for classes that it is not labelled for, what the reference is
 * sure of. What may be an object and is not labelled is `difficult`: neither taught nor punished.
 */
export function completed({ annotations, labelled }, reference = []) {
  const own = annotations.map(({ box, classId, crowd, difficult }) => ({ box, classId, crowd, difficult }));
  const added = [];
  for (const { box, classId, score } of reference) {
    if (own.some((one) => iou(one.box, box) > 0.45)) continue;
    if (labelled.includes(classId)) {
      if (score >= SURE) added.push({ box, classId, difficult: true });
    } else if (score >= 0.15) {
      added.push({ box, classId, ...(score < SURE && { difficult: true }) });
    }
  }
  return [...own, ...added];
}

/** The objects of a held-back picture: its own labels alone; what may be of other classes counts neither way. */
export function judged({ annotations, labelled }, reference = []) {
  const others = reference.filter(({ classId, score }) => !labelled.includes(classId) && score >= 0.15);
  return [...annotations, ...others.map(({ box, classId }) => ({ box, classId, difficult: true }))];
}

/** Writes `images/<split>/` and `annotations/instances_<split>.json`. @param pictures `{ name, file, size, held, objects, bars }` */
export async function writeCoco(folder, pictures, { progress = () => {} } = {}) {
  rmSync(folder, { recursive: true, force: true });
  for (const split of ['train', 'val']) {
    mkdirSync(join(folder, 'images', split), { recursive: true });
    mkdirSync(join(folder, 'annotations'), { recursive: true });
  }
  const splits = { train: [], val: [] };
  let done = 0;
  for (const picture of pictures) {
    const split = picture.held ? 'val' : 'train';
    splits[split].push(await writePicture(join(folder, 'images', split), picture));
    progress(++done);
  }
  for (const [split, written] of Object.entries(splits)) {
    writeFileSync(join(folder, 'annotations', `instances_${split}.json`), JSON.stringify(cocoOf(written)));
  }
}

async function writePicture(folder, { name, file, size, bars, objects }) {
  const area = bars ? await withoutBars(file, size) : { left: 0, top: 0, ...size };
  const scale = Math.min(1, SIDE / Math.max(area.width, area.height));
  const out = { width: Math.round(area.width * scale), height: Math.round(area.height * scale) };
  const fileName = `${name}-${basename(file, extname(file))}.jpg`;
  await sharp(file)
    .autoOrient()
    .extract(area)
    .resize({ ...out, fit: 'fill' })
    .flatten({ background: '#727272' })
    .jpeg({ quality: 92 })
    .toFile(join(folder, fileName));
  const placed = objects.flatMap((one) => {
    const [x1, y1, x2, y2] = one.box.map((value, n) => (value - (n % 2 ? area.top : area.left)) * scale);
    const box = [Math.max(0, x1), Math.max(0, y1), Math.min(out.width, x2), Math.min(out.height, y2)];
    return box[2] - box[0] > 1 && box[3] - box[1] > 1 ? [{ ...one, box }] : [];
  });
  return { file_name: fileName, ...out, objects: placed };
}

/** The part of a letterboxed picture that is no black bar. */
async function withoutBars(file, { width, height }) {
  const { data } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  const row = (y) => data.subarray(y * width, (y + 1) * width).some((value) => value > 24);
  const column = (x) => {
    for (let y = 0; y < height; y++) if (data[y * width + x] > 24) return true;
    return false;
  };
  const edge = (isSeen, from, step, end) => {
    let at = from;
    while (at !== end && !isSeen(at)) at += step;
    return at;
  };
  const [top, bottom] = [edge(row, 0, 1, height), edge(row, height - 1, -1, -1)];
  const [left, right] = [edge(column, 0, 1, width), edge(column, width - 1, -1, -1)];
  const isSmall = bottom - top < height / 4 || right - left < width / 4;
  return isSmall
    ? { left: 0, top: 0, width, height }
    : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function cocoOf(pictures) {
  const short = (value) => Math.round(value * 100) / 100;
  const images = pictures.map(({ objects: _, ...image }, n) => ({ id: n + 1, ...image }));
  const annotations = pictures.flatMap(({ objects }, n) =>
    objects.map(({ box: [x1, y1, x2, y2], classId, crowd, difficult }) => ({
      image_id: n + 1,
      category_id: classId + 1,
      bbox: [x1, y1, x2 - x1, y2 - y1].map(short),
      area: short((x2 - x1) * (y2 - y1)),
      iscrowd: crowd ? 1 : 0,
      ...(difficult && { difficult: 1 }),
    })),
  );
  const categories = LABELS.map((name, classId) => ({ id: classId + 1, name }));
  return { images, annotations: annotations.map((one, n) => ({ id: n + 1, ...one })), categories };
}
