import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Engine } from '#core/engine.js';
import { Random } from '#core/random.js';
import { decodeVideo } from '#core/video-message.js';
import type { LiveCameras } from '#pipeline/live/live-cameras.js';
import { Metrics } from '#server/metrics.js';
import { type RunningServer, startServer } from '#server/server.js';
import {
  brightEngine,
  camerasOf,
  longestPause,
  observations,
  plan,
  quiet,
  untilStatus,
} from '../pipeline/live/support.js';
import { malformed } from '../server/malformed.js';
import { openDescriptors } from '../support/processes.js';
import { makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const CROWD = 200;
const MALFORMED = 1000;
const report: string[] = [];
let engine: Engine;
let cameras: LiveCameras;
let server: RunningServer;

beforeAll(async () => {
  engine = await brightEngine(folder);
});
afterEach(async () => {
  await server.close();
  await cameras.close();
});
afterAll(async () => {
  await engine.close();
  console.log(`longest pause between two analysed frames meanwhile:\n${report.join('\n')}`);
});

/** Notes how much a camera was held up while something was done. */
async function heldUp(by: string, done: Promise<unknown>): Promise<void> {
  report.push(`  ${by.padEnd(34)} ${(await longestPause(cameras, 'gate', done)).toFixed(2)} s`);
}

async function watching(): Promise<void> {
  cameras = camerasOf(engine);
  cameras.configure([plan('gate', await makeVideo(`${folder}/crowd.mp4`, { frames: 50, size: '192x96' }))]);
  await untilStatus(cameras, 'gate', ({ state }) => state === 'live');
  server = await startServer({ cameras, metrics: new Metrics({ version: '0' }), version: '0', logger: quiet, port: 0 });
}

interface Viewer {
  readonly socket: WebSocket;
  /** Numbers of the frames whose observations came, and of the video pieces. */
  readonly observed: number[];
  readonly filmed: number[];
}

/** A viewer of the camera with its video, once it has subscribed. */
async function viewer(): Promise<Viewer> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}api/v1/ws`);
  const [observed, filmed]: [number[], number[]] = [[], []];
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) filmed.push(decodeVideo(data).seq);
    else {
      const message = JSON.parse(String(data)) as { type: string; seq: number };
      if (message.type === 'observation') observed.push(message.seq);
    }
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'subscribe', cameras: ['gate'], video: 'fmp4' }));
  return { socket, observed, filmed };
}

async function gone({ socket }: Viewer): Promise<void> {
  const closed = once(socket, 'close');
  socket.terminate();
  await closed;
}

it('200 viewers at once see the live video and its boxes, and leave nothing behind', async () => {
  await watching();
  await observations(cameras, 'gate', 2);
  const descriptors = openDescriptors();
  let viewers: Viewer[] = [];
  const served = async (): Promise<void> => {
    viewers = await Promise.all(Array.from({ length: CROWD }, viewer));
    await expect
      .poll(() => viewers.every(({ observed, filmed }) => observed.length >= 10 && filmed.length >= 10), {
        timeout: 30_000,
      })
      .toBe(true);
  };
  await heldUp(`${CROWD} clients at once`, served());
  expect(server.clients).toBe(CROWD);
  for (const { filmed } of viewers) {
    const pieces = filmed.slice(1); // behind the init segment
    expect(pieces).toEqual(pieces.map((_, at) => pieces[0]! + at));
  }
  await Promise.all(viewers.map(gone));
  await expect.poll(() => server.clients).toBe(0);
  await expect.poll(openDescriptors).toBeLessThanOrEqual(descriptors + 2);
  expect(cameras.status('gate')).toMatchObject({ state: 'live', epoch: 1 });
});

it('a viewer that reads nothing costs the others no frame of the live video', async () => {
  await watching();
  const stuck = await viewer();
  stuck.socket.pause();
  const others = await Promise.all(Array.from({ length: 10 }, viewer));
  await heldUp('a client that reads nothing', observations(cameras, 'gate', 60));
  await expect.poll(() => others.every(({ filmed }) => filmed.length >= 50), { timeout: 30_000 }).toBe(true);
  for (const { filmed } of others) {
    const pieces = filmed.slice(1);
    expect(pieces).toEqual(pieces.map((_, at) => pieces[0]! + at));
  }
  await Promise.all([stuck, ...others].map(gone));
});

it(`${MALFORMED} malformed messages cost the others no frame of the live video`, async () => {
  await watching();
  const other = await viewer();
  const random = new Random(2000);
  let cuts = 0;
  const sent = async (): Promise<void> => {
    let socket: WebSocket | undefined;
    for (let count = 0; count < MALFORMED; count += 1) {
      if (socket?.readyState !== WebSocket.OPEN) {
        socket = new WebSocket(`${server.url.replace('http', 'ws')}api/v1/ws`);
        socket.on('close', () => (cuts += 1));
        await once(socket, 'open');
      }
      socket.send(malformed(random));
      if (count % 10 === 9) await new Promise((resolve) => setImmediate(resolve));
    }
    socket?.terminate();
  };
  await heldUp(`${MALFORMED} malformed messages`, sent());
  await expect.poll(() => other.filmed.length >= 50, { timeout: 30_000 }).toBe(true);
  const pieces = other.filmed.slice(1);
  expect(pieces).toEqual(pieces.map((_, at) => pieces[0]! + at));
  expect(cuts).toBeGreaterThan(0);
  expect(cameras.status('gate')).toMatchObject({ state: 'live', epoch: 1 });
  await gone(other);
});
