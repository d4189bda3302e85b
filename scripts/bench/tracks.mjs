// How steady are the identities? Streets are rendered with their ground truth, `lookout detect --track` runs over them, and
// `lookout score` says how well its tracks agree with what is there:
//
//   npm run bench:tracks -- [--seeds 101,102,103] [--seconds 10] [--fps 5,25] [--size 960x540] [--model MODEL]
//
// A live camera is analysed at a few frames a second, a file at all of its own: both rates are shown.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from './measure.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '101,102,103' },
    seconds: { type: 'string', default: '10' },
    fps: { type: 'string', default: '5,25' },
    size: { type: 'string', default: '960x540' },
    model: { type: 'string', default: 'models/street' },
  },
});
const rows = [];
for (const fps of values.fps.split(',')) {
  const folder = rendered(fps);
  for (const tracker of ['bytetrack', 'sort']) {
    const out = join(folder, tracker);
    rmSync(out, { recursive: true, force: true });
    const how = ['--model', values.model, '--track', tracker, '--format', 'mot', '--out', out];
    lookout('detect', join(folder, 'clips'), ...how);
    rows.push([fps, tracker, ...figuresOf(lookout('score', out, '--truth', join(folder, 'truths'), '--json'))]);
  }
}
const figures = ['HOTA', 'DetA', 'AssA', 'MOTA', 'IDF1', 'switches', 'breaks', 'ids', 'of'];
table(['frames/s', 'tracker', ...figures], rows);

/** A folder of clips and their truths; what was rendered once is kept. */
function rendered(fps) {
  const folder = join('.cache/bench/streets', `${values.size}-${fps}fps-${values.seconds}s`);
  for (const each of ['clips', 'truths']) mkdirSync(join(folder, each), { recursive: true });
  for (const seed of values.seeds.split(',')) {
    const clip = join(folder, 'clips', `street-${seed}.mp4`);
    if (existsSync(clip)) continue;
    console.error(`rendering ${clip} ...`);
    const part = join(folder, `part-${seed}`);
    const how = ['--seed', seed, '--size', values.size, '--seconds', values.seconds, '--fps', fps];
    lookout('dataset', 'render', '--out', part, ...how, '--quiet');
    copyFileSync(join(part, 'street.mot.txt'), join(folder, 'truths', `street-${seed}.mot.txt`));
    renameSync(join(part, 'street.mp4'), clip);
    rmSync(part, { recursive: true });
  }
  return folder;
}

function lookout(...args) {
  return execFileSync(process.execPath, ['dist/main.js', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Of the line about all sequences. */
function figuresOf(lines) {
  const all = JSON.parse(lines.trim().split('\n').at(-1));
  const shares = ['HOTA', 'DetA', 'AssA', 'MOTA', 'IDF1'].map((name) => all[name].toFixed(3));
  return [...shares, ...[all.idSwitches, all.fragmentations, all.ids.predicted, all.ids.truths].map(String)];
}
