// Synthetic pictures for models/street: whole streets of our own renderer, in every light, full and empty.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../../dist/core/random.js';
import { DEMO } from '../../../dist/dataset/scenes/clip.js';
import { StreetScene } from '../../../dist/dataset/scenes/scene.js';
import { MOODS } from '../../../dist/dataset/scenes/street/mood.js';

/** Moments that are drawn of one street. */
const MOMENTS = 8;
const SIZES = [
  { width: 480, height: 270 },
  { width: 480, height: 270 },
  { width: 400, height: 300 },
];

/**
 * Renders street `n` of a seed into `folder`, once. A third are seen from a pole as the demo is (another seed, light and
 * camera), a tenth hold nothing that moves.
 * @returns one record a picture: file, size, objects
 */
export async function renderStreet({ folder, seed, n }) {
  const list = join(folder, `street-${n}.json`);
  if (!existsSync(list)) {
    mkdirSync(folder, { recursive: true });
    const records = await draw({ folder, seed, n });
    writeFileSync(`${list}.part`, JSON.stringify(records));
    renameSync(`${list}.part`, list);
  }
  return list;
}

async function draw({ folder, seed, n }) {
  const random = new Random(seed, 41, n);
  const size = random.pick(SIZES);
  const density = random.chance(0.1) ? 0 : random.between(0.1, 1);
  const likeDemo = random.chance(0.33);
  const view = likeDemo ? { street: DEMO.street, camera: shaken(DEMO.camera, random) } : {};
  const mood = random.pick(MOODS);
  const scene = new StreetScene({ seed: seed * 1_000_003 + n, size, mood, density, ...view });
  const records = [];
  for (let moment = 0; moment < MOMENTS; moment++) {
    const { rgba, annotations } = scene.frame(random.between(0, 600));
    const file = join(folder, `street-${n}-${moment}.jpg`);
    await sharp(rgba, { raw: { ...size, channels: 4 } })
      .removeAlpha()
      .jpeg({ quality: 78 + random.below(20) })
      .toFile(file);
    records.push({ file, size, annotations });
  }
  scene.close();
  return records;
}

function shaken({ position, target, fieldOfView }, random) {
  const moved = (point, by) => point.map((value) => value + random.between(-by, by));
  return {
    position: moved(position, 0.9),
    target: moved(target, 1.2),
    fieldOfView: fieldOfView * random.between(0.8, 1.08),
  };
}
