// Time of per-class non-max suppression (score >= 0, IoU 0.45, no limit), best of several runs, one thread:
//
//   npm run build && node scripts/bench/nms.mjs [--torchvision python3]
//
// With --torchvision the same boxes go through torchvision.ops.batched_nms (of that Python) in the same run,
// and the sets of kept indices are compared (the order of equal scores is left open by torchvision).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '#core/random.js';
import { Candidates } from '#vision/candidates.js';
import { createSuppressor } from '#vision/suppress.js';

const IOU = 0.45;
const SETS = [1000, 5000, 30_000].flatMap((count) =>
  ['random', 'dense', 'sparse', 'ties'].flatMap((kind) => [1, 80].map((classes) => ({ count, kind, classes }))),
);

/** random: 4 to 120 px over 640 px; dense: clusters around 40 objects; sparse: 5 to 40 px over 4000 px; ties: whole px. */
function draw(kind, random, objects) {
  if (kind === 'dense') {
    const [x, y] = random.pick(objects);
    return [x + 6 * random.normal(), y + 6 * random.normal(), random.between(60, 120), random.between(60, 120)];
  }
  const [field, low, high] = kind === 'sparse' ? [4000, 5, 40] : [640, 4, 120];
  return [random.between(0, field), random.between(0, field), random.between(low, high), random.between(low, high)];
}

function makeBoxes({ count, kind, classes }, seed) {
  const random = new Random(seed);
  const objects = Array.from({ length: 40 }, () => [random.between(0, 600), random.between(0, 600)]);
  const candidates = new Candidates(0, count);
  for (let i = 0; i < count; i++) {
    const ties = kind === 'ties';
    const [x, y, w, h] = draw(kind, random, objects).map((value) => (ties ? 2 * Math.round(value / 2) : value));
    const score = ties ? random.below(64) / 64 : random.float();
    candidates.add(x - w / 2, y - h / 2, x + w / 2, y + h / 2, score, random.below(classes));
  }
  return candidates;
}

function measure(candidates) {
  const suppressor = createSuppressor({ score: 0, iou: IOU, maxDetections: Infinity });
  const runs = candidates.count > 10_000 ? 10 : 100;
  let [best, indices] = [Infinity, []];
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage();
    const from = performance.now();
    indices = suppressor.suppress(candidates).indices;
    const wall = performance.now() - from;
    const { user, system } = process.cpuUsage(start);
    // CPU time counts in steps of a millisecond on some machines: below that the wall clock is the finer one.
    best = Math.min(best, wall > 20 ? (user + system) / 1000 : wall);
  }
  return { ms: best, indices };
}

/** Runs the same sets through torchvision; returns ms and kept indices of each. */
function torchvision(python, sets) {
  const folder = mkdtempSync(join(tmpdir(), 'nms-'));
  try {
    sets.forEach(({ boxes, scores, classIds, count }, i) => {
      const file = join(folder, String(i));
      writeFileSync(`${file}.boxes`, boxes.subarray(0, 4 * count));
      writeFileSync(`${file}.scores`, scores.subarray(0, count));
      writeFileSync(`${file}.classes`, classIds.subarray(0, count));
    });
    const script = join(import.meta.dirname, 'nms-torchvision.py');
    const { status, stdout, stderr } = spawnSync(python, [script, folder, String(sets.length), String(IOU)], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${python} ${script}: ${stderr}`);
    return JSON.parse(stdout).map((ms, i) => ({ ms, kept: readFileSync(join(folder, `${i}.kept`)) }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const flag = process.argv.indexOf('--torchvision');
const python = flag < 0 ? undefined : process.argv[flag + 1];
const sets = SETS.map((set, i) => makeBoxes(set, i));
const ours = sets.map(measure);
const theirs = python ? torchvision(python, sets) : undefined;
console.log(`boxes  kind    classes   kept   lookout ms${theirs ? '   torchvision ms   same' : ''}`);
SETS.forEach(({ count, kind, classes }, i) => {
  const { ms, indices } = ours[i];
  let line = [
    String(count).padStart(5),
    kind.padEnd(6),
    String(classes).padStart(8),
    String(indices.length).padStart(6),
    ms.toFixed(3).padStart(12),
  ].join('  ');
  if (theirs) {
    const { kept } = theirs[i];
    const same = Buffer.from(Int32Array.from(indices).sort().buffer).equals(kept);
    line += theirs[i].ms.toFixed(3).padStart(17) + (same ? '    yes' : '     NO');
  }
  console.log(line);
});
