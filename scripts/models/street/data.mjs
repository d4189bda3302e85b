// All pictures of models/street: real ones, frames of videos and rendered streets, as one data set on disk.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readImageSize } from '../../../dist/dataset/image-header.js';
import { completed, judged, SURE, writeCoco } from './assemble.mjs';
import { framesOf } from './frames.mjs';
import { WORK } from './places.mjs';
import { referenceBoxes } from './reference.mjs';
import { renderStreet } from './scenes.mjs';
import { readSource, SOURCES, VIDEOS } from './sources.mjs';

/** Streets of eight pictures each; the first ones are held back. */
const STREETS = 120;
const HELD_STREETS = 8;
const SEED = 5;

/** Writes the data set once. @returns its folder */
export async function prepareData(shared, say) {
  const out = join(WORK, 'data');
  if (existsSync(join(out, 'done'))) return out;
  mkdirSync(WORK, { recursive: true });
  const pictures = [
    ...(await realPictures(shared, say)),
    ...(await videoPictures(shared, say)),
    ...(await scenes(say)),
  ];
  say(`writing ${pictures.length} pictures`);
  await writeCoco(out, pictures, { progress: every(500, say) });
  writeFileSync(join(out, 'done'), '');
  return out;
}

const every = (count, say) => (done) => done % count === 0 && say(`  ${done}`);

async function realPictures(shared, say) {
  const all = [];
  for (const source of SOURCES) {
    const samples = await readSource(shared, source);
    say(`${source.name}: ${samples.length} pictures, ${samples.filter(({ held }) => held).length} held back`);
    const boxes = source.complete ? [] : await reference(shared, samples, { name: source.name, say });
    samples.forEach((sample, n) => {
      const objects = (sample.held ? judged : completed)(sample, boxes[n]);
      all.push({ ...sample, name: source.name, bars: source.bars === true, objects });
    });
  }
  return all;
}

function reference(shared, samples, { name, say }) {
  const model = join(shared, 'models', 'yolox-nano.onnx');
  return referenceBoxes(model, samples, { folder: WORK, name, progress: every(500, say) });
}

/** Frames that the reference labels: what it is sure of, from videos that nobody labelled. Held parts are left out. */
async function videoPictures(shared, say) {
  const all = [];
  for (const video of VIDEOS) {
    const frames = framesOf(join(shared, video.path), { ...video, folder: join(WORK, 'frames') });
    const samples = frames
      .filter(({ seconds }) => seconds < video.heldFrom)
      .map(({ file }) => ({ file, size: readImageSize(file), annotations: [], labelled: [] }));
    say(`${video.name}: ${samples.length} frames`);
    const boxes = await reference(shared, samples, { name: video.name, say });
    samples.forEach((sample, n) => {
      const objects = completed(sample, boxes[n]);
      const isSure = objects.some(({ difficult }) => !difficult);
      if (isSure || !video.seenOnly) all.push({ ...sample, name: video.name, held: false, objects });
    });
  }
  return all;
}

async function scenes(say) {
  const all = [];
  say(`rendering ${STREETS} streets where they are not there yet`);
  for (let n = 0; n < STREETS; n++) {
    const list = await renderStreet({ folder: join(WORK, 'scenes'), seed: SEED, n });
    for (const { file, size, annotations } of JSON.parse(readFileSync(list, 'utf8'))) {
      all.push({ name: 'scene', file, size, held: n < HELD_STREETS, objects: annotations });
    }
  }
  return all;
}

/** What the card says of the data. */
export function sourcesText() {
  return [
    ...SOURCES.map(({ name, licence }) => ({ name, licence })),
    ...VIDEOS.map(({ name, licence }) => ({ name: `${name} (video, boxes by YOLOX-nano >= ${SURE})`, licence })),
    { name: `${8 * STREETS} rendered street pictures`, licence: 'our own' },
  ];
}
