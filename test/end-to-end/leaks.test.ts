import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '#core/engine.js';
import { brightEngine, camerasOf, observations, pieces, plan } from '../pipeline/live/support.js';
import { childrenNamed, openDescriptors } from '../support/processes.js';
import { hasRtspServer, type RtspServer, rtspServer, testPicture } from '../support/rtsp-server.js';
import { makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
/** A hundred of the quick ones; the slow ones are seconds each: `npm run test:faults` takes more of them. */
const REFUSED = 100;
const LOST = Number(process.env.LOOKOUT_TEST_LOST ?? 8);
/** Of the heap and of buffers beside it, after a full collection: what a hundred connections may leave. */
const MOST_LEFT_MB = 8;
let engine: Engine;
let server: RtspServer | undefined;

beforeAll(async () => {
  engine = await brightEngine(folder);
  if (hasRtspServer) server = await rtspServer({ '/cam': { launch: testPicture() } });
});
afterAll(async () => {
  await server?.stop();
  await engine.close();
});

/** Memory in use, MB; `--expose-gc` is not needed: what is left is waited for through the collector's own interface. */
async function usedMb(): Promise<number> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + external + arrayBuffers) / 2 ** 20;
}

describe('connections one after another', () => {
  it(`${REFUSED} that are refused leave no process, descriptor or memory behind`, async () => {
    const cameras = camerasOf(engine, { settings: { reconnectMs: [1] } });
    cameras.configure([plan('gate', 'rtsp://127.0.0.1:9/nothing')]);
    const attempts = (count: number) =>
      new Promise<void>((resolve) => {
        const stop = cameras.onStatus((_, status) => {
          if ((status?.attempts ?? 0) < count) return;
          stop();
          resolve();
        });
      });
    await attempts(10);
    const before = { descriptors: openDescriptors(), mb: await usedMb() };
    await attempts(10 + REFUSED);
    const after = { descriptors: openDescriptors(), mb: await usedMb() };
    await cameras.close();
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 4); // one connection may be under way
    expect(after.mb - before.mb).toBeLessThan(MOST_LEFT_MB);
    expect(childrenNamed('ffmpeg')).toEqual([]);
    console.log(
      `refused: ${(after.mb - before.mb).toFixed(1)} MB, ${after.descriptors - before.descriptors} descriptors`,
    );
  });

  it(`${LOST} that are lost in the middle of the picture leave none either`, async () => {
    const source = server?.url('/cam') ?? (await makeVideo(`${folder}/lost.mp4`, { frames: 25 }));
    const cameras = camerasOf(engine, { settings: { reconnectMs: [1] } });
    cameras.configure([plan('gate', source)]);
    const lose = async () => {
      await Promise.all([observations(cameras, 'gate', 1), pieces(cameras, 'gate', { count: 1, feed: 'picture' })]);
      const { epoch } = cameras.status('gate')!;
      for (const pid of childrenNamed('ffmpeg')) process.kill(pid, 'SIGKILL');
      for (;;) if ((await observations(cameras, 'gate', 1))[0]!.stamp.epoch! > epoch) return;
    };
    for (let round = 0; round < 3; round += 1) await lose();
    const before = { descriptors: openDescriptors(), mb: await usedMb() };
    for (let round = 0; round < LOST; round += 1) await lose();
    const after = { descriptors: openDescriptors(), mb: await usedMb() };
    await cameras.close();
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 4);
    expect(after.mb - before.mb).toBeLessThan(MOST_LEFT_MB);
    expect(childrenNamed('ffmpeg')).toEqual([]);
    console.log(`lost: ${(after.mb - before.mb).toFixed(1)} MB, ${after.descriptors - before.descriptors} descriptors`);
  });
});
