import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import type { Engine } from '#core/engine.js';
import type { VideoPiece } from '#core/video.js';
import type { LiveCameras } from '#pipeline/live/live-cameras.js';
import { brightEngine, camerasOf, observations, pieces, plan, untilStatus } from '../pipeline/live/support.js';
import { clockOf, later, readingClock } from '../support/burnt-clock.js';
import { childrenNamed } from '../support/processes.js';
import { hasRtspServer, type RtspServer, rtspServer } from '../support/rtsp-server.js';
import { temporaryFolder } from '../support/video.js';

const MAIN = { width: 640, height: 480, fps: 25, group: 25 };
const SECOND = { width: 320, height: 176, fps: 10, group: 10 };

const servers: RtspServer[] = [];
let bright: Engine;
let cameras: LiveCameras;

beforeAll(async () => {
  bright = await brightEngine(temporaryFolder());
});
afterEach(async () => {
  await cameras.close();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  expect(childrenNamed('ffmpeg')).toEqual([]);
});
afterAll(() => bright.close());

async function serving(...args: Parameters<typeof rtspServer>): Promise<RtspServer> {
  const server = await rtspServer(...args);
  servers.push(server);
  return server;
}

/** Mean brightness inside a box, 0..1. */
function brightness(grey: Uint8Array, width: number, [x1, y1, x2, y2]: Box): number {
  let [sum, count] = [0, 0];
  for (let y = Math.ceil(y1); y < Math.floor(y2); y += 1) {
    for (let x = Math.ceil(x1); x < Math.floor(x2); x += 1) {
      sum += grey[y * width + x]!;
      count += 1;
    }
  }
  return sum / count / 255;
}

describe.skipIf(!hasRtspServer)('a second stream for the analysis', () => {
  it('gives boxes in pixels of the first, on pictures of the same moment, read from the pixels of both', async () => {
    const server = await serving({ '/main': { clock: MAIN }, '/second': { clock: SECOND } });
    const analysed: number[] = [];
    const reading = readingClock(bright, (clock) => analysed.push(clock));
    cameras = camerasOf(reading);
    const seen: { readonly seq: number; readonly clock: number }[] = [];
    const shown = new Map<number, VideoPiece>();
    cameras.configure([plan('gate', server.url('/main'), { analysisSource: server.url('/second') })]);
    cameras.onPicture('gate', (piece) => shown.set(piece.seq, piece));
    cameras.onObservation('gate', ({ stamp }) => seen.push({ seq: stamp.seq, clock: analysed.shift()! }));
    await observations(cameras, 'gate', 40);
    const apart: number[] = [];
    const wrong: number[] = [];
    for (const { seq, clock } of seen) {
      const piece = shown.get(seq);
      if (!piece) continue;
      const { data, info } = await sharp(piece.data).greyscale().raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([MAIN.width, MAIN.height]);
      const line = info.width * (info.height >> 1);
      apart.push(
        later(
          clockOf((across) => data[line + Math.floor(across * info.width)]!),
          clock,
        ),
      );
      for (const { box, score } of piece.metadata!.observation!.detections) {
        const isWhole = box[3] - box[1] > 105 && box[3] < (MAIN.height * 7) / 8; // neither padding nor the moving band
        if (box[0] < MAIN.width / 2 || !isWhole) continue; // bits that change often
        wrong.push(Math.abs(score - brightness(data, info.width, box)));
      }
    }
    expect(apart.length).toBeGreaterThan(20);
    const sorted = apart.map(Math.abs).sort((a, b) => a - b);
    console.log(
      `picture and frame are apart by ${sorted[sorted.length >> 1]} ms (median), ${sorted.at(-1)} ms at most`,
    );
    // Half an interval of the first stream, and what the two encoders take differently.
    expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThanOrEqual(20 + 25);
    wrong.sort((a, b) => a - b);
    expect(wrong.length).toBeGreaterThan(20);
    expect(wrong[Math.floor(wrong.length * 0.8)]).toBeLessThan(0.05);
    expect(new Set(seen.map(({ seq }) => seq)).size).toBe(seen.length);
    const status = cameras.status('gate')!;
    expect(status).toMatchObject({ state: 'live', size: { width: 640, height: 480 }, video: { kind: 'fmp4' } });
    expect(status.analysis).toMatchObject({ state: 'live', size: { width: 320, height: 176 } });
    expect(childrenNamed('ffmpeg').length).toBe(3); // two streams, and the maker of pictures
  });

  it('may go and come back: viewers see the first all the time, and are told', async () => {
    const main = await serving({ '/main': { clock: MAIN } });
    const secret = { clock: SECOND, user: 'user', password: 'secret' };
    const second = await serving({ '/second': secret });
    cameras = camerasOf(bright);
    const analysisSource = second.url('/second', 'user:secret');
    cameras.configure([plan('gate', main.url('/main'), { analysisSource })]);
    await observations(cameras, 'gate', 3);
    await second.stop();
    const { analysis } = await untilStatus(cameras, 'gate', (status) => status.analysis?.state === 'reconnecting');
    expect(analysis!.cause).toMatch(/ended|refused/);
    expect(JSON.stringify(cameras.status('gate'))).not.toContain('secret@');
    expect((await pieces(cameras, 'gate', { count: 60 })).at(-1)!.epoch).toBe(1);
    expect(cameras.status('gate')).toMatchObject({ state: 'live', epoch: 1 });
    await serving({ '/second': secret }, second.port);
    await untilStatus(cameras, 'gate', (status) => status.analysis?.state === 'live');
    expect((await observations(cameras, 'gate', 3))[0]!.stamp.epoch).toBe(1);
  });
});
