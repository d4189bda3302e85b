// Latency of live analysis from the decoded frame to the WebSocket client, beside the time of the inference alone, for 1, 2
// and 4 cameras that play a clip in real time, which begin at times of their own, as cameras do, and all at the same time:
//
//   npm run bench:live [-- MODEL [CLIP] --fps 5 --seconds 10]
//
// The client runs in a thread of its own. p50 is to be at most inference + 5 ms, p99 at most inference + one frame interval.
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { Random } from '#core/random.js';
import { silent } from '#core/telemetry.js';
import { BufferPool } from '#media/buffer-pool.js';
import { LiveCameras } from '#pipeline/live/live-cameras.js';
import { sharedInference } from '#pipeline/live/shared-inference.js';
import { openEngine } from '#runtime/engine.js';
import { Metrics } from '#server/metrics.js';
import { startServer } from '#server/server.js';
import { benchClip } from './clip.mjs';
import { median, table } from './measure.mjs';

const now = () => performance.timeOrigin + performance.now();
const LIVE = { reconnectMs: [250], connectTimeoutMs: 5000, stallTimeoutMs: 5000, frozenMs: 0, maxLagMs: 0 };
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

if (isMainThread) await main();
else client(workerData);

/** Tells when each observation arrives. */
function client(url) {
  const socket = new WebSocket(url);
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', cameras: ['*'] })));
  socket.on('message', (data) => {
    const at = now();
    const { type, camera, epoch, seq } = JSON.parse(data);
    if (type === 'observation') parentPort.postMessage({ key: `${camera} ${epoch} ${seq}`, at });
  });
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { fps: { type: 'string', default: '5' }, seconds: { type: 'string', default: '10' } },
  });
  const [model = 'models/street', clip = benchClip({ width: 1920, height: 1080, fps: 30, seconds: 20 })] = positionals;
  const rows = [];
  const random = new Random(1);
  for (const [count, phase] of [
    [1, 'own'],
    [2, 'own'],
    [4, 'own'],
    [2, 'same'],
    [4, 'same'],
  ])
    rows.push(await measured({ count, phase }, { model, clip, fps: +values.fps, seconds: +values.seconds, random }));
  table(
    ['cameras', 'phase', 'workers', 'frames', 'inference p50', 'beyond decode p50', 'over p50', 'over p99', 'lost'],
    rows,
  );
}

async function measured({ count, phase }, { model, clip, fps, seconds, random }) {
  const engine = await openEngine({ model, goal: count > 1 ? 'concurrency' : 'latency', maxBatch: 1 });
  const { card } = engine;
  const pool = new BufferPool({ limit: 64 });
  const frames = new Map();
  let [stages, lost] = [{}, 0];
  const telemetry = {
    ...silent,
    stage: (_camera, stage, value) => (stages[stage] = value),
    frame: (_camera, outcome) => (lost += outcome === 'overtaken' || outcome === 'failed' ? 1 : 0),
    endToEnd: (_camera, value) => {
      frames.set(stages.key, { published: now(), beyond: value - stages.decode, inference: stages.inference });
      stages = {};
    },
  };
  const recycle = (data) => pool.give(data);
  const inference = sharedInference({ engine, batchSize: 1, batchWaitMs: 0, recycle, telemetry });
  const settings = { ...LIVE, batchSize: 1, batchWaitMs: 0, pauseUnwatched: false, pictureSide: 1280 };
  const cameras = new LiveCameras({ card, inference, pool, settings, telemetry, logger: quiet }, () => undefined);
  const plan = { source: clip, fps, detection: {}, zones: [], masks: [], transport: 'tcp', loop: true };
  const names = Array.from({ length: count }, (_, index) => `cam${index + 1}`);
  const plans = names.map((camera) => ({ camera, tracking: { algorithm: 'bytetrack' }, ...plan }));
  for (let ready = phase === 'same' ? count : 1; ready <= count; ready += 1) {
    cameras.configure(plans.slice(0, ready));
    if (ready < count) await pause((1 + random.float()) * (1000 / fps));
  }
  const server = await startServer({
    cameras,
    metrics: new Metrics({ version: '0' }),
    version: '0',
    logger: quiet,
    port: 0,
  });
  for (const name of names) {
    cameras.onObservation(name, ({ stamp }) => (stages.key = `${name} ${stamp.epoch} ${stamp.seq}`));
  }
  const arrived = new Map();
  const worker = new Worker(new URL(import.meta.url), { workerData: `${server.url.replace('http', 'ws')}api/v1/ws` });
  worker.on('message', ({ key, at }) => arrived.set(key, at));
  await pause(3000); // connections, first frames
  frames.clear();
  lost = 0;
  await pause(seconds * 1000);
  const seen = [...frames].filter(([key]) => arrived.has(key));
  await worker.terminate();
  await server.close();
  await cameras.close();
  await engine.close();
  return row(
    { count, phase, shares: `${engine.workers} x ${engine.threadsPerWorker}`, fps, lost },
    seen.map(([key, each]) => ({ ...each, total: each.beyond * 1000 + arrived.get(key) - each.published })),
  );
}

function row({ count, phase, shares, fps, lost }, seen) {
  const milliseconds = (value) => `${value.toFixed(1)} ms`;
  const inference = median(seen.map((each) => each.inference * 1000));
  const over = seen.map(({ total, inference: own }) => total - own * 1000).sort((a, b) => a - b);
  const totals = seen.map(({ total }) => total);
  const p99 = over[Math.min(over.length - 1, Math.floor(over.length * 0.99))];
  return [
    count,
    phase,
    shares,
    seen.length,
    milliseconds(inference),
    milliseconds(median(totals)),
    milliseconds(median(over)),
    `${milliseconds(p99)} of ${Math.round(1000 / fps)}`,
    lost,
  ];
}
