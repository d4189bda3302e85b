import { parentPort, workerData } from 'node:worker_threads';
import { LookoutError, messageOf } from '#core/errors.js';
import { feedTensor } from './feed-tensor.js';
import { Session } from './session.js';
import type { Failure, FromWorker, Ready, RunReply, RunRequest, ToWorker, WorkerSettings } from './worker-protocol.js';

// A worker thread around one session: tensors in, tensors out, every buffer transferred both ways.

const port = parentPort!;

function send(message: FromWorker<Ready, RunReply>, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, [...transfer]);
}

function failureOf(error: unknown): Failure {
  return { kind: error instanceof LookoutError ? error.kind : 'inference', message: messageOf(error) };
}

async function run(session: Session, { feeds, wanted, into = [] }: RunRequest): Promise<void> {
  const inputs = feeds.map((feed) => [feed.name, feedTensor(feed)] as const);
  const started = performance.now();
  const results = await session.run(inputs, wanted, new Map(into));
  const inferenceMs = performance.now() - started;
  const outputs = [...results];
  const buffers = new Set<ArrayBuffer>();
  for (const [, { data }] of outputs) buffers.add(data.buffer as ArrayBuffer);
  for (const { parts } of feeds) for (const { buffer } of parts) buffers.add(buffer as ArrayBuffer);
  send({ is: 'done', reply: { outputs, feeds, inferenceMs } }, [...buffers]);
}

async function serve(): Promise<void> {
  const { model, session: options } = workerData as WorkerSettings;
  const session = await Session.open(model, options);
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: ToWorker<RunRequest>) => {
    // Leaving by itself, after the last job: a thread that is terminated inside the runtime takes the whole process with it.
    if (message.do === 'exit') void last.then(() => port.close());
    else
      last = run(session, message.request).catch((error: unknown) => send({ is: 'failed', failure: failureOf(error) }));
  });
  send({ is: 'ready', hello: { inputs: session.inputs, outputs: session.outputs } });
}

serve().catch((error: unknown) => send({ is: 'failed', failure: failureOf(error) }));
