import { parentPort, workerData } from 'node:worker_threads';
import { LookoutError, messageOf } from '#core/errors.js';
import { feedTensor } from './feed-tensor.js';
import { Session } from './session.js';
import { combine, publish } from './step-board.js';
import type { StepGraph, StepReply, StepRequest, StepSettings } from './step-protocol.js';
import { StepState } from './step-state.js';
import type { Feed, FromWorker, ToWorker } from './worker-protocol.js';

// A worker thread that trains: it keeps the state between steps, so that only batches come in and losses go out.

const port = parentPort!;
const { session: options, states, board } = workerData as StepSettings;
const state = new StepState(states);
const graphs = new Map<string, { readonly session: Session; readonly graph: StepGraph }>();

async function answer(request: StepRequest): Promise<StepReply> {
  switch (request.do) {
    case 'open': {
      const { graph } = request;
      const session = await Session.open(graph.model, { ...options, threads: graph.threads ?? options.threads });
      graphs.set(graph.key, { session, graph });
      return { is: 'done' };
    }
    case 'drop':
      await graphs.get(request.key)?.session.close();
      graphs.delete(request.key);
      return { is: 'done' };
    case 'run':
      return run(request.key, request.feeds);
    case 'publish':
      for (const name of request.names) publish(board!, name, state.current(name).data as Float32Array);
      return { is: 'done' };
    case 'combine':
      for (const [name, how] of Object.entries(request.states))
        combine(board!, name, state.current(name).data as Float32Array, how);
      return { is: 'done' };
    case 'undo':
      state.undo();
      return { is: 'done' };
    case 'read':
      return { is: 'state', values: request.names.map((name) => [name, state.read(name)] as const) };
    case 'write':
      for (const [name, data] of request.values) state.write(name, data);
      return { is: 'done' };
  }
}

async function run(key: string, feeds: readonly Feed[]): Promise<StepReply> {
  const opened = graphs.get(key);
  if (opened === undefined) throw new RangeError(`step worker: no graph ${key}`);
  const { session, graph } = opened;
  const fed = feeds.map((feed) => [feed.name, feedTensor(feed)] as const);
  const kept = Object.entries(graph.reads).map(([input, name]) => [input, state.current(name)] as const);
  const into = new Map(Object.entries(graph.writes).map(([output, name]) => [output, state.next(name)] as const));
  const started = performance.now();
  const results = await session.run([...fed, ...kept], undefined, into);
  const runMs = performance.now() - started;
  state.commit(Object.values(graph.writes));
  return { is: 'ran', outputs: [...results].filter(([name]) => !into.has(name)), feeds, runMs };
}

function buffersOf(reply: StepReply): ArrayBuffer[] {
  if (reply.is === 'done') return [];
  if (reply.is === 'state') return reply.values.map(([, { buffer }]) => buffer as ArrayBuffer);
  const outputs = reply.outputs.map(([, { data }]) => data.buffer as ArrayBuffer);
  const fed = reply.feeds.flatMap(({ parts }) => parts.map(({ buffer }) => buffer as ArrayBuffer));
  return [...new Set([...outputs, ...fed])];
}

function send(message: FromWorker<null, StepReply>, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, [...transfer]);
}

let last: Promise<void> = Promise.resolve();
port.on('message', (message: ToWorker<StepRequest>) => {
  // Leaving by itself, after the last job: a thread that is terminated inside the runtime takes the whole process with it.
  if (message.do === 'exit') return void last.then(() => port.close());
  last = answer(message.request)
    .then((reply) => send({ is: 'done', reply }, buffersOf(reply)))
    .catch((error: unknown) => {
      const kind = error instanceof LookoutError ? error.kind : 'inference';
      send({ is: 'failed', failure: { kind, message: messageOf(error) } });
    });
});
send({ is: 'ready', hello: null });
