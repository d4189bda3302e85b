import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { Metrics } from '#server/metrics.js';
import { type Client, closeAll, connect, handshake, type Running, serve } from './support.js';

afterEach(closeAll);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Metrics that let a test wait for a cut. */
class Watched extends Metrics {
  readonly cuts: string[] = [];
  onCut: () => void = () => {};

  override cut(reason: 'dead' | 'malformed' | 'too-fast'): void {
    super.cut(reason);
    this.cuts.push(reason);
    this.onCut();
  }
}

const flow = { windowBytes: 64 * 1024, fastWindowBytes: 1024 * 1024, promptMs: 0, deadAfterMs: 60_000 };

async function subscribed(running: Running, video: 'none' | 'fmp4' | 'jpeg' = 'none'): Promise<Client> {
  const client = await connect(running);
  client.send({ type: 'subscribe', cameras: ['gate'], video });
  await client.settled();
  return client;
}

/** Sends frames one by one, each only when the healthy client has got the one before. */
async function play(
  running: Running,
  healthy: Client,
  frames: { from: number; to: number; video?: number },
): Promise<void> {
  for (let seq = frames.from; seq < frames.to; seq++) {
    if (frames.video !== undefined) {
      if (seq === frames.from) running.cameras.film('gate', { kind: 'init', keyframe: true });
      const data = new Uint8Array(frames.video);
      running.cameras.film('gate', { seq, keyframe: seq % 10 === 0, data });
    }
    running.cameras.observe('gate', seq);
    await healthy.until(() => healthy.of('observation').at(-1)?.seq === seq);
  }
}

const lost = (client: Client) => client.of('error').reduce((sum, { dropped }) => sum + (dropped?.observations ?? 0), 0);

describe('a client that reads nothing', () => {
  it('loses its own messages, newest wins, and is told how many; the others get every one', async () => {
    const running = await serve({ limits: { flow }, heartbeatMs: 50 });
    const [healthy, stuck] = [await subscribed(running), await subscribed(running)];
    stuck.socket.pause();
    await play(running, healthy, { from: 0, to: 2000 });
    expect(healthy.of('observation').map(({ seq }) => seq)).toEqual(Array.from({ length: 2000 }, (_, i) => i));
    expect(healthy.of('error')).toEqual([]);
    stuck.socket.resume();
    await stuck.until(() => stuck.of('observation').length + lost(stuck) === 2000);
    const seqs = stuck.of('observation').map(({ seq }) => seq);
    expect(lost(stuck)).toBeGreaterThan(500);
    expect(seqs.at(-1)).toBe(1999);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    const report = stuck.of('error').at(-1)!;
    expect(report).toMatchObject({ code: 'dropped', camera: 'gate', epoch: 1 });
    expect(report.dropped!.total).toBe(lost(stuck));
    await play(running, healthy, { from: 2000, to: 2001 });
    await stuck.until(() => stuck.of('observation').at(-1)!.seq === 2000);
  });

  it('gets video again from a key frame, behind an init segment, never out of the middle', async () => {
    const video = { bytes: 2 * 1024 * 1024, ageMs: 60_000 };
    const running = await serve({ limits: { flow, video }, heartbeatMs: 50 });
    const [healthy, stuck] = [await subscribed(running, 'fmp4'), await subscribed(running, 'fmp4')];
    stuck.socket.pause();
    await play(running, healthy, { from: 0, to: 205, video: 100_000 });
    expect(healthy.pieces).toHaveLength(206);
    stuck.socket.resume();
    await stuck.until(() => stuck.pieces.at(-1)?.seq === 204);
    const seqs = stuck.pieces.filter(({ kind }) => kind === 'media').map(({ seq }) => seq);
    expect(stuck.pieces[0]!.kind).toBe('init');
    expect(seqs.length).toBeLessThan(120);
    for (const [i, seq] of seqs.entries()) expect(seq === seqs[i - 1]! + 1 || seq % 10 === 0).toBe(true);
  });

  it('costs the server no more than its window and its queue, however much is sent', async () => {
    const video = { bytes: 4 * 1024 * 1024, ageMs: 60_000 };
    const running = await serve({ limits: { flow, video } });
    const [healthy, stuck] = [await subscribed(running), await subscribed(running, 'fmp4')];
    stuck.socket.pause();
    await play(running, healthy, { from: 0, to: 50, video: 400_000 });
    const held = () => {
      collect();
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      return arrayBuffers + heapUsed;
    };
    const before = held();
    await play(running, healthy, { from: 50, to: 450, video: 400_000 });
    // V8 frees array buffers on a thread of its own, some time after the collection that found them.
    await expect.poll(() => held() - before, { timeout: 10_000 }).toBeLessThan(24 * 1024 * 1024);
  });

  it('is cut off when it stays dead, and counted', async () => {
    const metrics = new Watched({ version: '1' });
    const cut = new Promise<void>((resolve) => {
      metrics.onCut = resolve;
    });
    const running = await serve({ metrics, heartbeatMs: 20, limits: { flow: { ...flow, deadAfterMs: 100 } } });
    const [healthy, stuck] = [await subscribed(running), await subscribed(running)];
    stuck.socket.pause();
    await cut;
    expect(metrics.cuts).toEqual(['dead']);
    await play(running, healthy, { from: 0, to: 3 });
    expect([running.server.clients, healthy.closed]).toEqual([1, undefined]);
  });
});

describe('the server', () => {
  it('cuts nobody off for a standstill of its own', async () => {
    const metrics = new Watched({ version: '1' });
    const running = await serve({ metrics, heartbeatMs: 20, limits: { flow: { ...flow, deadAfterMs: 100 } } });
    const client = await subscribed(running);
    // Enough for a probe to be under way when the whole process stands still, as under SIGSTOP.
    for (let seq = 0; seq < 300; seq++) running.cameras.observe('gate', seq);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    await play(running, client, { from: 300, to: 304 });
    expect([metrics.cuts, client.closed]).toEqual([[], undefined]);
  });

  it('ends although a client reads nothing', async () => {
    const running = await serve({ limits: { flow } });
    const stuck = await subscribed(running);
    stuck.socket.pause();
    await running.server.close();
    expect(running.server.clients).toBe(0);
  });
});

describe('200 clients at once', () => {
  it('each get every observation, from one subscription upstream', async () => {
    const running = await serve();
    const clients = await Promise.all(Array.from({ length: 200 }, () => subscribed(running)));
    expect(running.server.clients).toBe(200);
    expect(running.cameras.listeners('gate')).toEqual([1, 0, 0]);
    for (let seq = 0; seq < 20; seq++) running.cameras.observe('gate', seq);
    await Promise.all(clients.map((client) => client.until(() => client.of('observation').at(-1)?.seq === 19)));
    for (const client of clients) expect(client.of('observation')).toHaveLength(20);
  });

  it('are as many as were allowed; one more is sent away', async () => {
    const running = await serve({ mostClients: 3 });
    await Promise.all(Array.from({ length: 3 }, () => connect(running)));
    expect(await handshake(running.at('/api/v1/ws'))).toBe(503);
  });
});
