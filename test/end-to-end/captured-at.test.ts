import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Engine } from '#core/engine.js';
import type { LiveCameras } from '#pipeline/live/live-cameras.js';
import { brightEngine, camerasOf, observations, plan } from '../pipeline/live/support.js';
import { later, readingClock } from '../support/burnt-clock.js';
import { hasRtspServer, rtspServer } from '../support/rtsp-server.js';
import { temporaryFolder } from '../support/video.js';

/** So slow that an interval cannot be mistaken for the time that a busy machine takes. */
const SLOW = { width: 320, height: 176, fps: 4, group: 4 };
const INTERVAL_MS = 1000 / SLOW.fps;

let engine: Engine;
let cameras: LiveCameras;
beforeAll(async () => {
  engine = await brightEngine(temporaryFolder());
});
afterEach(() => cameras.close());
afterAll(() => engine.close());

it.skipIf(!hasRtspServer)(
  'captured_at is when a picture came over RTSP, not when the next one let ffmpeg see its end',
  async () => {
    const server = await rtspServer({ '/slow': { clock: SLOW } });
    try {
      const clocks: number[] = [];
      cameras = camerasOf(
        readingClock(engine, (clock) => clocks.push(clock)),
        { settings: { stallTimeoutMs: 10_000 } },
      );
      cameras.configure([plan('gate', server.url('/slow'))]);
      const late: number[] = [];
      cameras.onObservation('gate', ({ stamp }) => late.push(later(stamp.capturedAt!, clocks.shift()!)));
      await observations(cameras, 'gate', 12);
      const known = late.slice(2).sort((a, b) => a - b); // the first ones came before anybody asked for them
      console.log(
        `captured_at is ${known[known.length >> 1]} ms after the picture was made (${known[0]} to ${known.at(-1)})`,
      );
      expect(known[0]).toBeGreaterThanOrEqual(0);
      expect(known[known.length >> 1]).toBeLessThan(INTERVAL_MS * 0.8);
    } finally {
      await server.stop();
    }
  },
);
