// npm run bench:memory: peak memory of `lookout detect` on one minute and on thirty minutes of the same small video.
//   node scripts/bench/memory.mjs [--model yolo-fastest-v2.onnx] [--minutes 1,30] [--fps 10]

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchClip } from './clip.mjs';
import { measure, table } from './measure.mjs';

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
  },
});
const out = mkdtempSync(join(tmpdir(), 'lookout-bench-'));
const same = ['--model', values.model, '--device', 'cpu', '--workers', values.workers, '--threads', '1'];
const rows = [];
const peaks = [];
try {
  for (const minutes of values.minutes.split(',').map(Number)) {
    const clip = benchClip({ width: 320, height: 180, fps: Number(values.fps), seconds: 60 * minutes });
    const args = ['dist/main.js', 'detect', clip, ...same, '--track', '--quiet', '--out', join(out, String(minutes))];
    const { wall, peak } = await measure(process.execPath, args);
    const { inputs } = JSON.parse(readFileSync(join(out, String(minutes), 'manifest.json'), 'utf8'));
    rows.push([`${minutes} min`, inputs[0].frames, wall.toFixed(1), peak.toFixed(1)]);
    peaks.push(peak);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
table(['input', 'frames', 'seconds', 'peak MB'], rows);
const growth = peaks.at(-1) - peaks[0];
console.log(`growth: ${growth.toFixed(1)} MB (target: within 20 MB)`);
process.exitCode = Math.abs(growth) <= 20 ? 0 : 1;
