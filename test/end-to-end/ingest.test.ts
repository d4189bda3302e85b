import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { jpegSize } from '#media/live/jpeg-size.js';
import type { LiveCameras } from '#pipeline/live/live-cameras.js';
import { bright } from '../pipeline/live/bright.js';
import { observations, observationsUntil, pieces, plan, untilStatus } from '../pipeline/live/support.js';
import { type HttpCameras, httpCameras } from '../support/http-cameras.js';
import { childrenNamed } from '../support/processes.js';
import { hasRtspServer, type RtspServer, rtspServer, testPicture } from '../support/rtsp-server.js';
import { ffmpegRun, makeVideo, rotate, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const live = bright(folder);

/** The arguments of this process's children of ffmpeg, as every user of the machine sees them. */
function visibleArguments(): string {
  return childrenNamed('ffmpeg')
    .map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
    .join('\n');
}

async function watched(source: string, more: Parameters<typeof plan>[2] = {}): Promise<LiveCameras> {
  const cameras = live.open();
  cameras.configure([plan('gate', source, more)]);
  await untilStatus(cameras, 'gate', ({ state }) => state === 'live');
  return cameras;
}

describe.skipIf(!hasRtspServer)('RTSP', () => {
  let server: RtspServer;
  beforeAll(async () => {
    server = await rtspServer({ '/cam': { launch: testPicture(), user: 'user', password: "it's secret" } });
  });
  afterAll(() => server.stop());

  it.each(['tcp', 'udp'] as const)('comes over %s, its password unseen in the list of processes', async (transport) => {
    const cameras = await watched(server.url('/cam', "user:it's%20secret"), { transport });
    const seen = await observations(cameras, 'gate', 10);
    expect(new Set(seen.map(({ stamp }) => stamp.epoch))).toEqual(new Set([1]));
    expect(visibleArguments()).toContain('-f nut');
    expect(visibleArguments()).not.toContain('secret');
  });
});

describe('over HTTP', () => {
  let web: HttpCameras;
  afterEach(() => web.close());

  it('a broadcast in segments (HLS) is played on its own clock', async () => {
    web = await httpCameras(folder);
    const cameras = await watched(web.url('/live.m3u8'));
    const seen = await observations(cameras, 'gate', 12);
    const steps = seen.slice(1).map(({ stamp }, at) => (stamp.pts - seen[at]!.stamp.pts) * 25);
    for (const step of steps) expect(step).toBeCloseTo(Math.round(step), 3);
    expect(cameras.status('gate')!.video).toMatchObject({ kind: 'fmp4' });
  });

  it('pictures in a row (MJPEG) bear the times of their arrival, at the rate that is asked for', async () => {
    web = await httpCameras(folder, { user: 'user', password: 'secret' });
    const cameras = await watched(web.url('/cam.mjpg', 'user:secret'), { fps: 5 });
    const seen = await observations(cameras, 'gate', 12);
    const [first, last] = [seen[0]!.stamp, seen.at(-1)!.stamp];
    const [clock, arrival] = [last.pts - first.pts, (last.capturedAt! - first.capturedAt!) / 1000];
    expect(Math.abs(clock - arrival)).toBeLessThan(0.2);
    expect(last.seq - first.seq).toBeGreaterThanOrEqual(2 * 11 - 4); // every other of ten a second
    expect(visibleArguments()).not.toContain('secret');
    const [picture] = await pieces(cameras, 'gate', { count: 1, feed: 'picture' });
    expect(jpegSize(picture!.data)).toEqual({ width: 192, height: 96 });
  });

  it('a wrong password is said to be one', async () => {
    web = await httpCameras(folder, { user: 'user', password: 'secret' });
    const cameras = live.open();
    cameras.configure([plan('gate', web.url('/cam.mjpg', 'user:other'))]);
    const { message } = await untilStatus(cameras, 'gate', ({ cause }) => cause === 'auth');
    expect(message).not.toContain('other');
  });
});

describe('a file', () => {
  it.each([90, 180, 270] as const)('that is to be turned by %i degrees is seen upright by all', async (degrees) => {
    // White at the top left of the picture as it is shown, black elsewhere.
    const [width, height] = degrees === 180 ? [192, 96] : [96, 192];
    const back = { 90: 'transpose=cclock', 180: 'hflip,vflip', 270: 'transpose=clock' }[degrees];
    const filters = `drawbox=c=black:t=fill,drawbox=w=iw/4:h=ih/4:c=white:t=fill,${back}`;
    const stored = await makeVideo(`${folder}/stored.mp4`, { size: `${width}x${height}`, frames: 12, filters });
    const file = await rotate(stored, `${folder}/turned-${degrees}.mp4`, degrees);
    const cameras = await watched(file);
    const [seen] = await observations(cameras, 'gate', 1);
    expect(seen!.stamp.size).toEqual({ width, height });
    expect(seen!.detections.length).toBeGreaterThan(0);
    for (const { box } of seen!.detections) {
      expect(box[2]).toBeLessThanOrEqual(width! / 4 + width! / 8);
      expect(box[3]).toBeLessThanOrEqual(height! / 4 + height! / 8);
    }
    const [picture] = await pieces(cameras, 'gate', { count: 1, feed: 'picture' });
    expect(jpegSize(picture!.data)).toEqual({ width, height });
    const [init] = await pieces(cameras, 'gate', { count: 1 });
    expect(turnOf(init!.data)).toEqual(degrees);
  });
});

/** The clockwise turn of a track's matrix, degrees. */
function turnOf(init: Uint8Array): number {
  const bytes = Buffer.from(init);
  const matrix = bytes.indexOf('tkhd') + 4 + 4 + 36;
  const [a, b] = [bytes.readInt32BE(matrix), bytes.readInt32BE(matrix + 4)];
  return ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
}

describe('a camera goes on when its resolution changes', () => {
  it.each([
    ['H.265', 'libx265', ['-x265-params', 'log-level=none:bframes=0:keyint=10'], 'ts'],
    ['MJPEG', 'mjpeg', [], 'mkv'],
  ])('%s: each frame has its own size', async (_, codec, options, kind) => {
    const sizes = ['160x96', '320x192'];
    const parts = await Promise.all(
      sizes.map((size, at) =>
        makeVideo(`${folder}/${codec}-${at}.${kind === 'ts' ? 'hevc' : 'mjpeg'}`, {
          ...{ size, frames: 60, codec: ['-c:v', codec, '-pix_fmt', codec === 'mjpeg' ? 'yuvj420p' : 'yuv420p'] },
          output: [...options],
        }),
      ),
    );
    const raw = `${folder}/${codec}.${kind === 'ts' ? 'hevc' : 'mjpeg'}`;
    writeFileSync(raw, Buffer.concat(parts.map((part) => readFileSync(part))));
    const file = `${folder}/${codec}.${kind}`;
    await ffmpegRun(['-framerate', '25', '-i', raw, '-c', 'copy', file]);
    const cameras = await watched(file, { loop: false });
    // A busy machine leaves frames out.
    const seen = await observationsUntil(cameras, 'gate', ({ stamp }) => stamp.seq >= 90);
    for (const { stamp } of seen)
      expect([stamp.seq, stamp.size.width]).toEqual([stamp.seq, stamp.seq < 60 ? 160 : 320]);
    expect(new Set(seen.map(({ stamp }) => stamp.size.width))).toEqual(new Set([160, 320]));
    expect(seen.at(-1)!.stamp.epoch).toBe(1);
  });
});
