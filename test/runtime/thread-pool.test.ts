import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import { openPool } from '#runtime/measure.js';
import { ThreadPool } from '#runtime/thread-pool.js';
import { columns } from './tiny-models.js';

/** A thread that does what it is told: `echo`, `hold` until `free` is stored in the shared word, `throw`, `exit`, `fail`. */
const PUPPET = `
  import { parentPort, workerData, threadId } from 'node:worker_threads';
  const word = new Int32Array(workerData.shared);
  if (Atomics.add(word, 1, 1) >= workerData.starts) throw new Error('no more threads');
  parentPort.on('message', ({ do: what, request }) => {
    if (what === 'exit') process.exit(0);
    if (request === 'throw') throw new Error('out of cheese');
    if (request === 'exit') process.exit(3);
    if (request === 'hold') Atomics.wait(word, 0, 0);
    if (request === 'fail') return parentPort.postMessage({ is: 'failed', failure: { kind: 'model', message: 'cannot' } });
    parentPort.postMessage({ is: 'done', reply: { request, threadId } });
  });
  parentPort.postMessage({ is: 'ready', hello: 'hello' });
`;
const script = new URL(`data:text/javascript,${encodeURIComponent(PUPPET)}`);

interface Reply {
  readonly request: string;
  readonly threadId: number;
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const pool of opened.splice(0)) await pool.close();
});

/** A pool of puppets; `free` lets those go on that hold. `starts` limits how many threads may ever start. */
async function puppets(size: number, starts = 100) {
  const shared = new SharedArrayBuffer(8);
  const pool = await ThreadPool.open<string, string, Reply>(size, { script, settings: { shared, starts } });
  opened.push(pool);
  const free = () => {
    Atomics.store(new Int32Array(shared), 0, 1);
    Atomics.notify(new Int32Array(shared), 0);
  };
  return { pool, free };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as LookoutError,
  );

describe('a pool of threads', () => {
  it('answers each call, whatever the order they end in', async () => {
    const { pool } = await puppets(2);
    const words = ['a', 'b', 'c', 'd', 'e'];
    const replies = await Promise.all(words.map((word) => pool.run(word)));
    expect(replies.map(({ request }) => request)).toEqual(words);
    expect(pool.hello).toBe('hello');
  });

  it('runs as many jobs at once as it has threads, the others wait', async () => {
    const { pool, free } = await puppets(2);
    const held = [pool.run('hold'), pool.run('hold'), pool.run('echo')];
    expect(pool.queued).toBe(1);
    free();
    const replies = await Promise.all(held);
    expect(new Set(replies.slice(0, 2).map(({ threadId }) => threadId)).size).toBe(2);
  });

  it('hands on what a job says of its failure, and keeps the thread', async () => {
    const { pool } = await puppets(1);
    const error = await failure(pool.run('fail'));
    expect(error).toBeInstanceOf(LookoutError);
    expect([error!.kind, error!.message]).toEqual(['model', 'cannot']);
    expect((await pool.run('echo')).request).toBe('echo');
  });

  it.each([
    ['exit', /died \(exit code 3\): it left without a word/],
    ['throw', /died \(exit code 1\): out of cheese/],
  ])('a thread that dies of "%s" fails its own job and is replaced', async (word, message) => {
    const { pool } = await puppets(1);
    const [error, next] = await Promise.all([failure(pool.run(word)), pool.run('echo')]);
    expect(error).toBeInstanceOf(LookoutError);
    expect(error!.kind).toBe('inference');
    expect(error!.message).toMatch(message);
    expect(next.request).toBe('echo');
    expect(pool.threads.size).toBe(1);
  });

  it('replaces an idle thread that is killed', async () => {
    const { pool } = await puppets(2);
    const [thread] = pool.threads;
    await thread!.worker.terminate();
    const replies = await Promise.all(['a', 'b', 'c', 'd'].map((word) => pool.run(word)));
    expect(replies.map(({ request }) => request)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives up, with the cause, when no thread can be started any more', async () => {
    const { pool } = await puppets(1, 1);
    const waiting = failure(pool.run('exit'));
    const behind = failure(pool.run('echo'));
    expect((await waiting)!.message).toMatch(/exit code 3/);
    expect((await behind)!.message).toMatch(/no more threads/);
    expect((await failure(pool.run('echo')))!.message).toMatch(/no more threads/);
  });

  it('opens whole or not at all', async () => {
    await expect(puppets(3, 2)).rejects.toThrow(/no more threads/);
  });

  it('rejects what waits when it is closed, and lets what runs come to its end', async () => {
    const { pool, free } = await puppets(1);
    const running = pool.run('hold');
    const waiting = failure(pool.run('echo'));
    const closed = pool.close();
    free();
    expect((await running).request).toBe('hold');
    expect((await waiting)!.message).toMatch(/closed/);
    await closed;
    await pool.close();
    expect(pool.threads.size).toBe(0);
    expect((await failure(pool.run('echo')))!.kind).toBe('inference');
  });
});

describe('inference threads', () => {
  it('give the same numbers after one was killed and replaced', async () => {
    const settings = { model: columns(84).bytes, session: { provider: 'cpu', threads: 1 } };
    const pool = await openPool(1, settings);
    opened.push(pool);
    const feed = () =>
      ({ name: 'pixels', type: 'float32', dims: [1, 3, 96, 96], parts: [new Float32Array(27648).fill(9)] }) as const;
    const before = await pool.run({ feeds: [feed()] });
    const [thread] = pool.threads;
    const exited = once(thread!.worker, 'exit');
    await thread!.worker.terminate();
    await exited;
    const after = await pool.run({ feeds: [feed()] });
    expect(after.outputs).toEqual(before.outputs);
    expect(before.outputs[0]![1].data.some((value) => value !== 0)).toBe(true);
  });

  it('transfer buffers both ways: what was fed comes back, and is gone meanwhile', async () => {
    const pool = await openPool(1, { model: columns(84).bytes, session: { provider: 'cpu', threads: 1 } });
    opened.push(pool);
    const picture = new Float32Array(27648).fill(3);
    const feed = { name: 'pixels', type: 'float32', dims: [1, 3, 96, 96], parts: [picture] } as const;
    const running = pool.run({ feeds: [feed] }, [picture.buffer]);
    expect(picture.length).toBe(0);
    const { feeds, inferenceMs } = await running;
    expect(feeds[0]!.parts[0]).toEqual(new Float32Array(27648).fill(3));
    expect(inferenceMs).toBeGreaterThan(0);
  });

  it('fail a job that does not fit the model, and go on', async () => {
    const pool = await openPool(1, { model: columns(84).bytes, session: { provider: 'cpu', threads: 1 } });
    opened.push(pool);
    const wrong = { name: 'pixels', type: 'float32', dims: [1, 3, 2, 2], parts: [new Float32Array(12)] } as const;
    const error = await failure(pool.run({ feeds: [wrong] }));
    expect(error!.kind).toBe('inference');
    expect(error!.message).toMatch(/invalid dimensions/i);
  });

  it('say why they cannot start', async () => {
    const settings = { model: columns(84).bytes.slice(0, 500), session: { provider: 'cpu', threads: 1 } };
    await expect(openPool(2, settings)).rejects.toThrow(/ONNX Runtime refused the model/);
  });
});
