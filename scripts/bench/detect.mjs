// npm run bench: frames per second and CPU seconds of `lookout detect`, side by side with its parts and with an OpenCV loop.
//   node scripts/bench/detect.mjs --model yolox-nano.onnx [--labels coco.names] [--clip clip.mp4] [--rounds 3]

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
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
    model: { type: 'string', default: shared ? join(shared, 'models/yolox-nano.onnx') : 'models/street/model.onnx' },
    labels: { type: 'string' },
    clip: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    size: { type: 'string', default: '416' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
const clip = values.clip ?? benchClip({ width: 1920, height: 1080, fps: 30, seconds: 20 });
const out = mkdtempSync(join(tmpdir(), 'lookout-bench-'));
const probe = [
  '-v',
  'error',
  '-count_packets',
  '-select_streams',
  'v:0',
  '-show_entries',
  'stream=nb_read_packets',
  '-of',
  'csv=p=0',
];
const frames = Number.parseInt(spawnSync('ffprobe', [...probe, clip]).stdout.toString(), 10);
const labels = values.labels ? ['--labels', values.labels] : [];
const same = ['--device', 'cpu', '--workers', values.workers, '--threads', '1', '--quiet'];
const side = Number(values.size);
const height = Math.floor((side * 9) / 16);

const contenders = {
  'lookout detect': [
    process.execPath,
    ['dist/main.js', 'detect', clip, '--model', values.model, ...labels, ...same, '--out', out],
  ],
  'bare session.run loop': [
    process.execPath,
    ['scripts/bench/bare-loop.mjs', values.model, String(frames), values.workers, '1'],
  ],
  'ffmpeg decode + scale': [
    'ffmpeg',
    [
      '-v',
      'error',
      '-threads',
      '1',
      '-i',
      clip,
      '-an',
      '-vf',
      `scale=${side}:${height}:flags=area,format=gbrp`,
      '-filter_threads',
      '1',
      '-f',
      'null',
      '-',
    ],
  ],
};
const idle = {
  'lookout detect': [
    process.execPath,
    ['dist/main.js', 'detect', clip, '--model', values.model, ...labels, ...same, '--end', '0.1', '--out', out],
  ],
  'bare session.run loop': [
    process.execPath,
    ['scripts/bench/bare-loop.mjs', values.model, values.workers, values.workers, '1'],
  ],
};
const hasOpenCv = spawnSync(values.python, ['-c', 'import cv2']).status === 0;
if (hasOpenCv)
  contenders['OpenCV loop (Python)'] = [values.python, ['scripts/bench/opencv-loop.py', clip, values.model, '150']];

const figures = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const [name, [command, args]] of Object.entries(contenders)) {
    const whole = await measure(command, args);
    const start = idle[name] ? await measure(...idle[name]) : { wall: 0, cpu: 0 };
    const cv = name.startsWith('OpenCV') ? JSON.parse(whole.output.trim().split('\n').at(-1)) : undefined;
    const count = cv?.frames ?? frames;
    const wall = cv?.seconds ?? whole.wall - start.wall;
    figures[name].push({ fps: count / wall, cpu: (1000 * (whole.cpu - start.cpu)) / count, peak: whole.peak });
  }
}
rmSync(out, { recursive: true, force: true });

const best = (name, key) => median(figures[name].map((each) => each[key]));
console.log(`${clip}, ${frames} frames; ${values.model}; medians of ${values.rounds} rounds, start-up taken off`);
table(
  ['', 'frames/s', 'CPU ms/frame', 'peak MB'],
  Object.keys(figures).map((name) => [
    name,
    best(name, 'fps').toFixed(1),
    best(name, 'cpu').toFixed(2),
    best(name, 'peak').toFixed(0),
  ]),
);
const parts = best('bare session.run loop', 'cpu') + best('ffmpeg decode + scale', 'cpu');
console.log(
  `CPU of detect / (bare inference + decode and scale): ${(best('lookout detect', 'cpu') / parts).toFixed(3)} (target 1.05)`,
);
if (hasOpenCv) {
  const ratio = best('lookout detect', 'fps') / best('OpenCV loop (Python)', 'fps');
  console.log(`frames per second of detect / OpenCV loop: ${ratio.toFixed(2)} (target 2.5)`);
} else console.log('OpenCV loop: skipped, python3-opencv is not installed');
