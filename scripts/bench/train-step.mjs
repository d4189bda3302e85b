// Time of one training step of `tiny` (forward, backward, Adam, moving averages), beside PyTorch on the same network:
//
//   npm run bench:train [-- --size 256 --batch 16 --threads 2 --architecture tiny --rounds 6]
//
// Both run in turns in one run, 4 steps a turn. PyTorch is Debian's (apt install python3-torch libopenblas0-pthread); without it
// only our figures are printed. "tuned" is PyTorch with channels_last memory. The median and the best of all steps are
// printed, wall clock and CPU time: on a busy machine only the CPU time of --threads 1 compares.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ort from 'onnxruntime-node';
import { channelBlockOf, channelBlockProbe } from '#autodiff/convolve.js';
import { small } from '#nn/backbones/small.js';
import { tiny } from '#nn/backbones/tiny.js';
import { detector } from '#nn/detector.js';
import { initialParameters, initialStates } from '#nn/layout.js';
import { detectionLoss } from '#nn/losses/detection.js';
import { adam } from '#nn/optimisers/transforms.js';
import { compileStep } from '#nn/step.js';
import { encodeModel } from '#onnx/encode.js';

const { values: args } = parseArgs({
  options: {
    size: { type: 'string', default: '256' },
    batch: { type: 'string', default: '16' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '6' },
    architecture: { type: 'string', default: 'tiny' },
    python: { type: 'string', default: '/usr/bin/python3' },
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
const spec = { tiny, small }[args.architecture];
const ARRAYS = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array, uint8: Uint8Array };

const sessionOptions = {
  logSeverityLevel: 3,
  intraOpNumThreads: threads,
  graphOptimizationLevel: 'basic',
  executionMode: 'sequential',
  extra: { session: { set_denormal_as_zero: '1' } },
};

async function probe() {
  if (args['channel-block'] !== 'auto') return Number(args['channel-block']);
  const session = await ort.InferenceSession.create(encodeModel(channelBlockProbe()), sessionOptions);
  const { y } = await session.run({ x: new ort.Tensor('float32', new Float32Array(4), [1, 4, 1, 1]) });
  await session.release();
  return channelBlockOf(y.dims);
}

function targetsOf({ targets }) {
  const feeds = {};
  for (const [name, { dims, type = 'float32' }] of Object.entries(targets)) {
    const data = new ARRAYS[type](dims.reduce((a, b) => a * b, 1));
    const cells = targets[name.replace(/\/.*/, '/objectnessWeights')].dims[0];
    for (let at = 0; at < data.length; at++) {
      if (name.endsWith('/cells')) data[at] = Math.floor(Math.random() * cells);
      else if (name.endsWith('/boxes')) data[at] = at % 4 < 2 ? Math.random() : 1 + 3 * Math.random();
      else data[at] = name.endsWith('/classes') ? Number(Math.random() < 0.5) : 1;
    }
    feeds[name] = new ort.Tensor(type, data, dims);
  }
  return feeds;
}

async function openOurs() {
  const began = performance.now();
  const heads = spec.strides.map((stride) => ({
    output: `head${stride}`,
    anchors: ANCHORS,
    positives: POSITIVES,
    balance: 1,
  }));
  const compiled = compileStep({
    network: detector(spec, { classes: CLASSES, anchors: ANCHORS.length, inputSize: size }),
    input: { dims: [batch, 3, size, size] },
    loss: detectionLoss({ heads, classes: CLASSES, gains: { box: 0.05, objectness: 1, classes: 0.5 } }),
    optimiser: adam(),
    channelBlock: await probe(),
  });
  const bytes = encodeModel(compiled.model);
  const built = performance.now();
  const session = await ort.InferenceSession.create(bytes, sessionOptions);
  const created = performance.now();
  const { parameterCount } = compiled.layout;
  const nodes = compiled.model.graph.nodes.length;
  console.log(
    `${args.architecture}: ${parameterCount} parameters, ${nodes} nodes, graph built in ${(built - began).toFixed(0)} ms, session created in ${(created - built).toFixed(0)} ms`,
  );
  const vectors = new Map([...compiled.vectors].map(([name, length]) => [name, new Float32Array(length)]));
  for (const name of ['parameters', 'ema']) vectors.set(name, initialParameters(compiled.layout, 1));
  for (const name of ['states', 'ema-states']) vectors.set(name, initialStates(compiled.layout));
  const pictures = Float32Array.from({ length: batch * 3 * size * size }, Math.random);
  const fixed = { input: new ort.Tensor('float32', pictures, [batch, 3, size, size]), ...targetsOf(compiled) };
  let step = 0;
  return async () => {
    step++;
    const feeds = { ...fixed };
    for (const [name, data] of vectors) feeds[name] = new ort.Tensor('float32', data, [data.length]);
    for (const [name, value] of Object.entries(compiled.scalars({ step, learningRate: 1e-3, emaDecay: 0.99 })))
      feeds[name] = new ort.Tensor('float32', Float32Array.of(value), [1]);
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    const results = await session.run(feeds);
    const used = process.cpuUsage(cpu);
    for (const name of vectors.keys()) vectors.set(name, results[`next/${name}`].data);
    return [performance.now() - wall, (used.user + used.system) / 1000];
  };
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

function print(title, times) {
  const sorted = (column) => times.map((row) => row[column]).sort((a, b) => a - b);
  const [wall, cpu] = [sorted(0), sorted(1)];
  const middle = Math.floor(wall.length / 2);
  const rate = (1000 * batch) / wall[middle];
  console.log(
    `${title.padEnd(24)}${pad(wall[middle], 8)}${pad(wall[0], 8)}${pad(cpu[middle], 10)}${pad(cpu[0], 8)}${rate.toFixed(1).padStart(10)}`,
  );
  return wall[middle];
}

const ours = { title: 'lookout', times: [], turn: await openOurs() };
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
    const { times, parameters, version } = await peer.run();
    if (round > 0) peer.times.push(...times);
    else console.log(`${peer.title} ${version}: ${parameters} parameters`);
  }
}
console.log(`\nbatch ${batch}, ${size} px, ${threads} threads, ${rounds * STEPS} steps each, taken in turns`);
console.log(`${'ms per step'.padEnd(24)}  median    best   CPU med    best  pictures/s`);
const own = print(ours.title, ours.times);
for (const { title, times, close } of peers) {
  console.log(`${''.padEnd(24)}lookout / ${title}: ${(own / print(title, times)).toFixed(2)}`);
  close();
}
