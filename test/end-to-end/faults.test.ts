import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '#core/engine.js';
import { LookoutError } from '#core/errors.js';
import type { Observation } from '#core/observation.js';
import { jpegSize } from '#media/live/jpeg-size.js';
import type { LiveCameras } from '#pipeline/live/live-cameras.js';
import {
  brightEngine,
  camerasOf,
  longestPause,
  observations,
  pieces,
  plan,
  untilStatus,
} from '../pipeline/live/support.js';
import { NetworkNamespace } from '../support/network-namespace.js';
import { childrenNamed, openDescriptors } from '../support/processes.js';
import { FaultyNetwork } from '../support/proxy.js';
import {
  hasRtspServer,
  type Mount,
  type RtspServer,
  rtspServer,
  testPicture,
  testPictureH265,
} from '../support/rtsp-server.js';
import { ffmpegRun, makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const mount: Record<string, Mount> = { '/cam': { launch: testPicture() } };
const report: string[] = [];
const pauses: string[] = [];
const namespace = NetworkNamespace.create();
let engine: Engine;
let cameras: LiveCameras;
let server: RtspServer | undefined;
/** Of the newest frame before the fault: an attempt that is under way when its cause goes may already succeed. */
let seenEpoch = 0;

beforeAll(async () => {
  engine = await brightEngine(folder);
});
afterEach(async () => {
  seenEpoch = 0;
  await cameras.close();
  await server?.stop();
  expect(childrenNamed('ffmpeg')).toEqual([]);
});
afterAll(async () => {
  namespace?.remove();
  await engine.close();
  console.log(`recovery once the cause was gone:\n${report.join('\n')}`);
  console.log(`longest pause between two analysed frames where nothing is to recover:\n${pauses.join('\n')}`);
});

/** A camera that is live. */
async function live(source: string): Promise<void> {
  cameras = camerasOf(engine, { settings: { reconnectMs: [250, 500, 1000, 1500], stallTimeoutMs: 2000 } });
  cameras.configure([plan('gate', source)]);
  seenEpoch = (await untilStatus(cameras, 'gate', ({ state }) => state === 'live')).epoch;
}

function reconnecting(): Promise<{ readonly cause?: string }> {
  return untilStatus(cameras, 'gate', ({ state }) => state === 'reconnecting');
}

/** Waits until a frame of a new connection is analysed, and notes how long it took. */
async function recovered(fault: string): Promise<Observation> {
  const gone = performance.now();
  for (;;) {
    const [seen] = await observations(cameras, 'gate', 1);
    if (seen!.stamp.epoch! <= seenEpoch) continue;
    seenEpoch = seen!.stamp.epoch!;
    report.push(`  ${fault.padEnd(34)} ${((performance.now() - gone) / 1000).toFixed(2)} s`);
    return seen!;
  }
}

describe.skipIf(!hasRtspServer)('a camera comes back', () => {
  it('after its server was killed', async () => {
    server = await rtspServer(mount);
    await live(server.url('/cam'));
    await server.stop();
    expect((await reconnecting()).cause).toMatch(/ended|refused/);
    server = await rtspServer(mount, server.port);
    await recovered('server killed');
  });

  it('after its server was stopped', async () => {
    server = await rtspServer(mount);
    await live(server.url('/cam'));
    server.process.kill('SIGSTOP');
    expect((await reconnecting()).cause).toMatch(/stalled|timeout/);
    await pause(Number(process.env.LOOKOUT_TEST_STOP_MS ?? 3000));
    server.process.kill('SIGCONT');
    await recovered('server stopped (SIGSTOP)');
  });

  it.each([
    ['a wrong password', '/cam', { user: 'user', password: 'other' }, 'auth'],
    ['a wrong path', '/elsewhere', {}, 'not-found'],
  ] as const)('after %s was put right', async (fault, path, protection, cause) => {
    server = await rtspServer({ [path]: { ...mount['/cam'], ...protection } });
    cameras = camerasOf(engine, { settings: { reconnectMs: [250, 500, 1000, 1500] } });
    cameras.configure([plan('gate', server.url('/cam', 'user:secret'))]);
    expect((await reconnecting()).cause).toBe(cause);
    await server.stop();
    server = await rtspServer(mount, server.port);
    await recovered(fault);
  });

  it('as H.265 where it was H.264', async () => {
    server = await rtspServer(mount);
    await live(server.url('/cam'));
    expect(cameras.status('gate')!.video!.kind).toBe('fmp4');
    await server.stop();
    await reconnecting();
    server = await rtspServer({ '/cam': { launch: testPictureH265() } }, server.port);
    await recovered('another codec');
    expect(cameras.status('gate')!.video!.kind).toBe('jpeg');
    const [picture] = await pieces(cameras, 'gate', { count: 1, feed: 'picture' });
    expect(jpegSize(picture!.data)).toEqual({ width: 320, height: 240 });
  });

  it.skipIf(!namespace)('after the cable was pulled out (network namespace)', async () => {
    server = await rtspServer(mount, undefined, namespace);
    await live(server.url('/cam'));
    namespace!.cable('pulled');
    expect((await reconnecting()).cause).toMatch(/stalled|timeout|unreachable/);
    await untilStatus(cameras, 'gate', ({ attempts = 0 }) => attempts >= 3);
    namespace!.cable('in');
    await recovered('network cut (namespace)');
  });

  it.each(['cut', 'garbage'] as const)('after the network was faulty: %s', async (state) => {
    server = await rtspServer(mount);
    const network = await FaultyNetwork.open(server.port);
    await live(`rtsp://127.0.0.1:${network.port}/cam`);
    network.state = state;
    await reconnecting();
    network.state = 'fine';
    await recovered(`network ${state}`);
    network.close();
  });

  it('after its ffmpeg was killed, without leaving anything behind', async () => {
    server = await rtspServer(mount);
    await live(server.url('/cam'));
    const descriptors = openDescriptors();
    for (let round = 0; round < 3; round += 1) {
      const lost = reconnecting();
      for (const pid of childrenNamed('ffmpeg')) process.kill(pid, 'SIGKILL');
      expect((await lost).cause).toBe('decoder-died');
      await recovered('ffmpeg killed');
    }
    expect(childrenNamed('ffmpeg')).toHaveLength(1);
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors + 2);
  });
});

/** Waits for what is done, and notes how much it held the camera up. */
async function goingOn<T>(fault: string, done: Promise<T>): Promise<T> {
  pauses.push(`  ${fault.padEnd(34)} ${(await longestPause(cameras, 'gate', done)).toFixed(2)} s`);
  return done;
}

describe('a camera goes on', () => {
  it('when its resolution changes: each frame has its own size', async () => {
    const [first, second] = ['160x96', '320x192'];
    await makeVideo(`${folder}/a.ts`, { size: first!, frames: 30 });
    await makeVideo(`${folder}/b.mp4`, { size: second!, frames: 100 });
    await ffmpegRun(['-i', `${folder}/b.mp4`, '-c', 'copy', '-output_ts_offset', '1.2', `${folder}/b.ts`]);
    const both = Buffer.concat([readFileSync(`${folder}/a.ts`), readFileSync(`${folder}/b.ts`)]);
    writeFileSync(`${folder}/both.ts`, both);
    cameras = camerasOf(engine);
    cameras.configure([plan('gate', `${folder}/both.ts`)]);
    const inits: number[] = [];
    cameras.onVideo('gate', ({ kind, seq }) => {
      if (kind === 'init') inits.push(seq);
    });
    await untilStatus(cameras, 'gate', ({ state }) => state === 'live');
    const seen = await goingOn('resolution change', observations(cameras, 'gate', 50));
    const widths = seen.map(({ stamp }) => stamp.size.width);
    expect(new Set(widths)).toEqual(new Set([160, 320]));
    const [start, change] = inits;
    expect(start).toBe(0);
    for (const { stamp } of seen) expect(stamp.size.width).toBe(stamp.seq < change! ? 160 : 320);
    expect(seen.at(-1)!.stamp.epoch).toBe(1);
  });

  it('when the clock is set back or forth', async () => {
    const file = await makeVideo(`${folder}/clock.mp4`, { frames: 25 });
    await live(file);
    const real = Date.now.bind(Date);
    for (const step of [3_600_000, -3_600_000]) {
      const spy = vi.spyOn(Date, 'now').mockImplementation(() => real() + step);
      const seen = await goingOn(`clock step of ${step / 3_600_000} h`, observations(cameras, 'gate', 5));
      expect(Math.abs(seen.at(-1)!.stamp.capturedAt! - real() - step)).toBeLessThan(60_000);
      spy.mockRestore();
    }
    expect(cameras.status('gate')).toMatchObject({ state: 'live', epoch: 1 });
  });

  it('when the worker of the model is killed: one picture is lost, another worker takes over', async () => {
    const posted = vi.spyOn(Worker.prototype, 'postMessage');
    await live(await makeVideo(`${folder}/killed.mp4`, { frames: 25 }));
    for (let round = 0; round < 3; round += 1) {
      await observations(cameras, 'gate', 2);
      const gone = performance.now();
      await (posted.mock.contexts.at(-1) as Worker).terminate();
      await observations(cameras, 'gate', 1);
      report.push(`  ${'model worker killed'.padEnd(34)} ${((performance.now() - gone) / 1000).toFixed(2)} s`);
    }
    posted.mockRestore();
    expect(cameras.status('gate')).toMatchObject({ state: 'live', epoch: 1 });
  });

  it('when inferences fail: their frames are counted, the next ones are analysed', async () => {
    const file = await makeVideo(`${folder}/failing.mp4`, { frames: 25 });
    let failures = 5;
    const failing: Engine = {
      ...engine,
      ...{ card: engine.card, workers: 1, maxBatch: 1 },
      reuse: (outputs) => engine.reuse(outputs),
      infer: (pictures) => {
        failures -= 1;
        if (failures >= 0) return Promise.reject(new LookoutError('inference', 'the worker died'));
        return engine.infer(pictures);
      },
    };
    cameras = camerasOf(failing);
    cameras.configure([plan('gate', file)]);
    const seen = await observations(cameras, 'gate', 3);
    expect(seen[0]!.stamp.seq).toBeGreaterThanOrEqual(5);
    expect(failures).toBeLessThan(0);
  });
});
