// npm run bench:memory: peak memory of `lookout detect` on one minute and on thirty minutes of the same small video.
//   node scripts/bench/memory.mjs [--model yolo-fastest-v2.onnx] [--minutes 1,30] [--fps 10] [--rounds 3]
// The lengths take turns and the median of each counts: from start to start, whatever the length, the peak differs by up to
// 30 MB, by what happens to lie above the freed memory of loading in malloc's heap.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchClip } from './clip.mjs';
import { measure, median, table } from './measure.mjs';

const shared = [process.env.LOOKOUT_SHARED, '../shared/data', '../../shared/data'].find(
  (path) => path && existsSync(path),
);
const { values } = parseArgs({
  options: {
    model: {
      type: 'string',
      default: shared ? join(shared, 'models/yolo-fastest-v2.onnx') : 'models/street/model.onnx',
    },
    minutes: { type: 'string', default: '1,30' },
    fps: { type: 'string', default: '10' },
    workers: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
  },
});
const out = mkdtempSync(join(tmpdir(), 'lookout-bench-'));
const same = ['--model', values.model, '--device', 'cpu', '--workers', values.workers, '--threads', '1'];
const lengths = values.minutes.split(',').map(Number);
const runs = new Map(lengths.map((minutes) => [minutes, []]));
try {
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const minutes of lengths) runs.get(minutes).push(await run(minutes, join(out, `${round}-${minutes}`)));
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
const peakOf = (minutes) => median(runs.get(minutes).map(({ peak }) => peak));
const rows = lengths.map((minutes) => {
  const seen = runs.get(minutes);
  const range = [Math.min, Math.max].map((of) => of(...seen.map(({ peak }) => peak)).toFixed(1)).join(' .. ');
  return [
    `${minutes} min`,
    seen[0].frames,
    median(seen.map(({ wall }) => wall)).toFixed(1),
    peakOf(minutes).toFixed(1),
    range,
  ];
});
table(['input', 'frames', 'seconds', 'peak MB', 'all runs'], rows);
const growth = peakOf(lengths.at(-1)) - peakOf(lengths[0]);
console.log(`growth: ${growth.toFixed(1)} MB (target: within 20 MB)`);
process.exitCode = Math.abs(growth) <= 20 ? 0 : 1;

async function run(minutes, folder) {
  const clip = benchClip({ width: 320, height: 180, fps: Number(values.fps), seconds: 60 * minutes });
  const args = ['dist/main.js', 'detect', clip, ...same, '--track', '--quiet', '--out', folder];
  const { wall, peak } = await measure(process.execPath, args);
  const { inputs } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  return { wall, peak, frames: inputs[0].frames };
}
