// What the data side costs: CPU milliseconds per training picture, and frames per second of the scenes' renderer.
// `npm run bench:dataset`; everything it reads it renders itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_AUGMENTATION, STANDARD_AUGMENTATION } from '#dataset/augmentation/policy.js';
import { Loader } from '#dataset/loader.js';
import { demoScene } from '#dataset/scenes/clip.js';
import { renderSet } from '#dataset/scenes/render-set.js';

const cpuMs = (start) => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};

const out = mkdtempSync(join(tmpdir(), 'bench-dataset-'));
try {
  const dataset = await renderSet({ out, kind: 'street', pictures: 48, seed: 1, size: { width: 416, height: 312 } });
  for (const [name, policy, size] of [
    ['letterbox only', NO_AUGMENTATION, 320],
    ['standard augmentation', STANDARD_AUGMENTATION, 256],
    ['standard augmentation', STANDARD_AUGMENTATION, 320],
  ]) {
    const loader = new Loader({
      dataset,
      batch: 16,
      sizes: [{ width: size, height: size }],
      seed: 1,
      epochs: 40,
      policy,
      workers: 1,
      cache: { folder: out, megabytes: 384 },
    });
    let [pictures, start, wall] = [0, process.cpuUsage(), performance.now()];
    for await (const batch of loader) {
      if (batch.epoch === 1 && batch.step === 0) [pictures, start, wall] = [0, process.cpuUsage(), performance.now()];
      pictures += batch.count;
      loader.recycle(batch);
    }
    const line = `${(cpuMs(start) / pictures).toFixed(2)} ms CPU, ${((performance.now() - wall) / pictures).toFixed(2)} ms wall a picture`;
    console.log(`loader, ${name}, ${size} px, 1 thread, pictures decoded before: ${line}`);
  }
} finally {
  rmSync(out, { recursive: true });
}

const begin = process.cpuUsage();
const scene = demoScene();
console.log(`scene of 1280x720 built in ${cpuMs(begin).toFixed(0)} ms CPU`);
for (let n = 0; n < 5; n++) scene.frame(n);
const [start, wall, frames] = [process.cpuUsage(), performance.now(), 50];
let objects = 0;
for (let n = 0; n < frames; n++) objects += scene.frame(20 + n / 25).annotations.length;
const ms = cpuMs(start) / frames;
const wallMs = (performance.now() - wall) / frames;
console.log(
  `scene frames: ${ms.toFixed(0)} ms CPU, ${wallMs.toFixed(0)} ms wall (${(1000 / ms).toFixed(1)} a CPU second), ${Math.round(objects / frames)} objects in view`,
);
