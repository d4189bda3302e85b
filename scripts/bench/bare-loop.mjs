// The bare session.run loop on the unchanged model: `node bare-loop.mjs MODEL RUNS WORKERS THREADS`, same threads as detect.

import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';

async function loop({ model, runs, threads }) {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const [input] = session.inputMetadata;
  const dims = input.shape.map((dim) => (typeof dim === 'number' ? dim : 1));
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, index) => (index * 37) % 255);
  const feeds = { [input.name]: new ort.Tensor('float32', data, dims) };
  for (let run = 0; run < runs; run += 1) await session.run(feeds);
}

if (isMainThread) {
  const [model, runs, workers, threads] = process.argv.slice(2);
  const share = Math.ceil(Number(runs) / Number(workers));
  const settings = { model, runs: share, threads: Number(threads) };
  const file = fileURLToPath(import.meta.url);
  const all = Array.from({ length: Number(workers) }, () => new Worker(file, { workerData: settings }));
  await Promise.all(all.map((worker) => new Promise((resolve) => worker.on('exit', resolve))));
  console.log(share * Number(workers));
} else {
  await loop(workerData);
}
