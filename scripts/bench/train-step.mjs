// Time of one training step of `tiny` (forward, backward, Adam, moving averages), beside PyTorch on the same network:
//
//   npm run bench:train [-- --size 256 --batch 16 --threads 2 --architecture tiny --rounds 6]
//
// Both run in turns in one run, 4 steps a turn. PyTorch is Debian's (apt install python3-torch libopenblas0-pthread); without it
// only our figures are printed. "tuned" is PyTorch with channels_last memory. The median and the best of all steps are
// printed, wall clock and CPU time, and the most memory that each process held: on a busy machine only the CPU time of --threads 1 compares.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compact } from '#nn/backbones/compact.js';
import { small } from '#nn/backbones/small.js';
import { tiny } from '#nn/backbones/tiny.js';
import { channelBlock } from '#runtime/channel-block.js';
import { detectorOf } from '#training/detector/architecture.js';
import { DetectorTask } from '#training/detector/detector-task.js';
import { recipeSchema } from '#training/recipe/recipe.js';
import { openTeam } from '#training/run/open-team.js';
import { membersOf } from '#training/run/shares.js';
import { runBatch, runUpdate } from '#training/run/team-step.js';

const { values: args } = parseArgs({
  options: {
    size: { type: 'string', default: '256' },
    batch: { type: 'string', default: '16' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '6' },
    architecture: { type: 'string', default: 'tiny' },
    python: { type: 'string', default: '/usr/bin/python3' },
    members: { type: 'string', default: 'auto' },
    'channel-block': { type: 'string', default: 'auto' },
  },
});
const STEPS = 4;
const CLASSES = 5;
const POSITIVES = 100;
const ANCHORS = [
  [1.2, 1.5],
  [2.5, 3.5],
  [5, 4],
];
const [size, batch, threads, rounds] = [args.size, args.batch, args.threads, args.rounds].map(Number);
const spec = { tiny, compact, small }[args.architecture];
const LABELS = Array.from({ length: CLASSES }, (_, id) => `class ${id}`);

/** Objects of one size in all pictures: as many positives as the peer has. */
function batchOf(pictures) {
  const M = POSITIVES;
  const box = () => {
    const [x, y] = [Math.random() * size * 0.8, Math.random() * size * 0.8];
    return [x, y, x + size * 0.15, y + size * 0.2];
  };
  return {
    epoch: 0,
    step: 0,
    size: { width: size, height: size },
    pictures,
    count: batch,
    objects: {
      picture: Int32Array.from({ length: M }, (_, m) => Math.floor((m * batch) / M)),
      boxes: Float32Array.from(Array.from({ length: M }, box).flat()),
      classIds: Int32Array.from({ length: M }, (_, m) => m % CLASSES),
      ignored: new Uint8Array(M),
      landmarks: new Float32Array(0),
    },
    labelled: new Uint8Array(batch * CLASSES).fill(1),
    sources: Array.from({ length: batch }, (_, n) => [n]),
    faults: [],
  };
}

/** The trainer's own step: its task, its team of threads. */
async function openOurs() {
  const began = performance.now();
  const anchors = spec.strides.map((stride) => ANCHORS.map(([width, height]) => [width * stride, height * stride]));
  const recipe = recipeSchema.parse({
    kind: 'train',
    model: { architecture: args.architecture, size, strides: spec.strides, anchors: anchors.flat() },
    batch,
    threads,
    optimiser: { kind: 'adam' },
  });
  const members = args.members === 'auto' ? membersOf(recipe, threads) : Number(args.members);
  const detector = detectorOf(recipe, CLASSES, { byHead: anchors });
  const task = new DetectorTask({
    recipe,
    labels: LABELS,
    anchors,
    detector,
    members,
    objectsPerPicture: POSITIVES / batch / 48,
    channelBlock: args['channel-block'] === 'auto' ? await channelBlock() : Number(args['channel-block']),
  });
  const team = await openTeam(recipe, task);
  await team.write(task.initialState());
  const graph = task.stepGraph({ width: size, height: size });
  await team.add(graph);
  console.log(
    `${args.architecture}: ${task.parameters} parameters, ${members} threads with a share of the batch each, ready in ${(performance.now() - began).toFixed(0)} ms`,
  );
  let pictures = Uint8Array.from({ length: batch * 3 * size * size }, () => Math.random() * 256);
  let step = 0;
  const turn = async () => {
    step++;
    const control = { rate: 1e-3, emaDecay: 0.99, step };
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    const ran = await runBatch(team, task, { key: graph.key, batch: batchOf(pictures), pictures: batch, control });
    await runUpdate(team, task, { control, batches: step });
    ({ pictures } = ran.batch);
    const used = process.cpuUsage(cpu);
    return [performance.now() - wall, (used.user + used.system) / 1000];
  };
  return { turn, close: () => team.close() };
}

function openTorch(channelsLast) {
  const script = fileURLToPath(new URL('./train-step-torch.py', import.meta.url));
  const child = spawn(args.python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { activation } = spec.backbone;
  const job = { spec, activation, size, batch, threads, channelsLast, classes: CLASSES, anchors: ANCHORS };
  child.stdin.write(`${JSON.stringify({ ...job, positives: POSITIVES })}\n`);
  const run = async () => {
    child.stdin.write(`run ${STEPS}\n`);
    return JSON.parse((await lines.next()).value);
  };
  return { run, close: () => child.stdin.end() };
}

const pad = (value, width) => value.toFixed(0).padStart(width);

function print({ title, times, peakMb }) {
  const sorted = (column) => times.map((row) => row[column]).sort((a, b) => a - b);
  const [wall, cpu] = [sorted(0), sorted(1)];
  const middle = Math.floor(wall.length / 2);
  const rate = (1000 * batch) / wall[middle];
  console.log(
    `${title.padEnd(24)}${pad(wall[middle], 8)}${pad(wall[0], 8)}${pad(cpu[middle], 10)}${pad(cpu[0], 8)}${rate.toFixed(1).padStart(10)}${pad(peakMb, 10)}`,
  );
  return wall[middle];
}

const ours = { title: 'lookout', times: [], ...(await openOurs()) };
const torch = spawnSync(args.python, ['-c', 'import torch']).status === 0;
if (!torch) console.log('PyTorch is missing: apt install python3-torch libopenblas0-pthread');
const peers = torch
  ? [
      { title: 'PyTorch', times: [], ...openTorch(false) },
      { title: 'PyTorch, tuned', times: [], ...openTorch(true) },
    ]
  : [];
for (let round = 0; round <= rounds; round++) {
  for (let step = 0; step < STEPS; step++) {
    const time = await ours.turn();
    if (round > 0) ours.times.push(time);
  }
  for (const peer of peers) {
    const { times, parameters, version, peakMb } = await peer.run();
    peer.peakMb = peakMb;
    if (round > 0) peer.times.push(...times);
    else console.log(`${peer.title} ${version}: ${parameters} parameters`);
  }
}
console.log(`\nbatch ${batch}, ${size} px, ${threads} threads, ${rounds * STEPS} steps each, taken in turns`);
console.log(`${'ms per step'.padEnd(24)}  median    best   CPU med    best  pictures/s   peak MB`);
const own = print({ ...ours, peakMb: process.resourceUsage().maxRSS / 1000 });
for (const peer of peers) {
  console.log(`${''.padEnd(24)}lookout / ${peer.title}: ${(own / print(peer)).toFixed(2)}`);
  peer.close();
}
await ours.close();
