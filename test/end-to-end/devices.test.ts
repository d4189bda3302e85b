import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '#core/engine.js';
import { jpegSize } from '#media/live/jpeg-size.js';
import type { LiveCameras } from '#pipeline/live/live-cameras.js';
import { brightEngine, camerasOf, observations, pieces, plan, untilStatus } from '../pipeline/live/support.js';
import { fakeFfmpeg } from '../support/fake-ffmpeg.js';
import { temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const ffmpeg = fakeFfmpeg(folder, ['h264']);
let engine: Engine;
let cameras: LiveCameras;

beforeAll(async () => {
  engine = await brightEngine(folder);
});
afterEach(() => cameras.close());
afterAll(() => engine.close());

describe('a capture device', () => {
  it('is opened by Video4Linux; its raw pictures reach the analysis and the viewers', async () => {
    cameras = camerasOf(engine);
    cameras.configure([plan('gate', '/dev/video0')]);
    await untilStatus(cameras, 'gate', ({ state }) => state === 'live');
    await observations(cameras, 'gate', 3);
    expect(ffmpeg.commands()[0]).toMatch(/ -f v4l2 -i \/dev\/video0 /);
    expect(cameras.status('gate')).toMatchObject({ size: { width: 192, height: 96 }, video: { kind: 'jpeg' } });
    const [picture] = await pieces(cameras, 'gate', { count: 1, feed: 'picture' });
    expect(jpegSize(picture!.data)).toEqual({ width: 192, height: 96 });
  });
});
