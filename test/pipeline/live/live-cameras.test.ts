import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { childrenNamed } from '../../support/processes.js';
import { hasRtspServer, type RtspServer, rtspServer, testPicture } from '../../support/rtsp-server.js';
import { makeVideo, temporaryFolder } from '../../support/video.js';
import { bright } from './bright.js';
import { brightEngine, observations, pieces, plan, sharedBy, untilStatus } from './support.js';

const folder = temporaryFolder();

afterEach(() => {
  expect(childrenNamed('ffmpeg')).toEqual([]);
});
const live = bright(folder); // its cameras are closed first: hooks run from the last to the first

describe.skipIf(!hasRtspServer)('a camera over RTSP', () => {
  let server: RtspServer;
  beforeAll(async () => {
    server = await rtspServer({
      '/cam': { launch: testPicture() },
      '/locked': { launch: testPicture(), user: 'user', password: 'secret word' },
    });
  });
  afterAll(() => server.stop());

  it('gives video and observations of the same pictures on one clock', async () => {
    const cameras = live.open();
    cameras.configure([plan('gate', server.url('/cam'))]);
    const film = pieces(cameras, 'gate', { count: 60 });
    const seen = await observations(cameras, 'gate', 25);
    const media = (await film).filter(({ kind }) => kind === 'media');
    const init = (await film)[0]!;
    expect(init).toMatchObject({ kind: 'init', camera: 'gate', epoch: 1, keyframe: true });
    expect(init.metadata?.mime).toMatch(/^video\/mp4; codecs="avc1\./);
    const ptsOf = new Map(media.map(({ seq, pts }) => [seq, pts]));
    const joined = seen.filter(({ stamp }) => ptsOf.has(stamp.seq));
    expect(joined.length).toBeGreaterThan(10);
    for (const { stamp } of joined) expect(stamp.pts).toBe(ptsOf.get(stamp.seq));
    expect(seen[0]!.stamp.size).toEqual({ width: 320, height: 240 });
    const [first] = media;
    for (const { mediaTime, pts } of media) expect(mediaTime - pts).toBeCloseTo(first!.mediaTime - first!.pts, 9);
  });

  it.each([
    ['a wrong password', '/locked', 'user:wrong', 'auth'],
    ['no password', '/locked', undefined, 'auth'],
    ['a wrong path', '/nothing', undefined, 'not-found'],
  ])('says what is wrong and tries again: %s', async (_, path, credentials, cause) => {
    const cameras = live.open();
    cameras.configure([plan('gate', server.url(path, credentials))]);
    const status = await untilStatus(cameras, 'gate', ({ attempts }) => attempts === 2);
    expect(status).toMatchObject({ state: 'reconnecting', cause, epoch: 2 });
    expect(JSON.stringify(status)).not.toContain('wrong:');
    expect(status.source).not.toContain('user:');
  });

  it('comes in with the right password, whatever characters it has', async () => {
    const cameras = live.open();
    cameras.configure([plan('gate', server.url('/locked', 'user:secret%20word'))]);
    await untilStatus(cameras, 'gate', ({ state }) => state === 'live');
  });

  it('says that nothing listens', async () => {
    const cameras = live.open();
    cameras.configure([plan('gate', 'rtsp://127.0.0.1:9/cam')]);
    await untilStatus(cameras, 'gate', ({ cause }) => cause === 'refused');
  });

  it('does not disturb another camera, and comes back with a new epoch', async () => {
    const second = await rtspServer({ '/cam': { launch: testPicture() } });
    const cameras = live.open();
    cameras.configure([plan('good', server.url('/cam')), plan('bad', second.url('/cam'))]);
    await Promise.all(['good', 'bad'].map((name) => untilStatus(cameras, name, ({ state }) => state === 'live')));
    const before = await observations(cameras, 'bad', 1);
    await second.stop();
    await untilStatus(cameras, 'bad', ({ state }) => state === 'reconnecting');
    expect((await observations(cameras, 'good', 10)).every(({ stamp }) => stamp.epoch === 1)).toBe(true);
    const again = await rtspServer({ '/cam': { launch: testPicture() } }, second.port);
    await untilStatus(cameras, 'bad', ({ state }) => state === 'live');
    const after = await observations(cameras, 'bad', 1);
    expect(after[0]!.stamp.epoch).toBeGreaterThan(before[0]!.stamp.epoch!);
    expect(cameras.status('good')).toMatchObject({ state: 'live', epoch: 1 });
    await again.stop();
  });
});

describe('a file', () => {
  it('is played in a loop, and its pictures carry their own boxes', async () => {
    const file = await makeVideo(`${folder}/loop.mp4`, { frames: 12, size: '192x96' });
    const cameras = live.open();
    cameras.configure([plan('clip', file)]);
    const pictures = await pieces(cameras, 'clip', { count: 20, feed: 'picture' });
    expect(pictures.at(-1)!.seq).toBeGreaterThanOrEqual(19);
    for (const { pts, seq, metadata, data } of pictures) {
      expect(metadata?.observation).toMatchObject({ camera: 'clip', seq, pts });
      expect([...data.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    }
  });

  it('ends where it is not to be repeated', async () => {
    const file = await makeVideo(`${folder}/once.mp4`, { frames: 12, size: '192x96' });
    const cameras = live.open();
    cameras.configure([plan('clip', file, { loop: false })]);
    await untilStatus(cameras, 'clip', ({ state }) => state === 'ended');
  });

  it('that nobody watches is paused where that is wanted, and resumed', async () => {
    const file = await makeVideo(`${folder}/paused.mp4`, { frames: 12, size: '192x96' });
    const cameras = live.open({ settings: { pauseUnwatched: true } });
    cameras.configure([plan('clip', file)]);
    expect(cameras.status('clip')!.state).toBe('paused');
    expect(childrenNamed('ffmpeg')).toEqual([]);
    expect(await observations(cameras, 'clip', 2)).toHaveLength(2);
  });
});

describe('a change of the configuration', () => {
  it('restarts only what it changes; listeners stay', async () => {
    const file = await makeVideo(`${folder}/change.mp4`, { frames: 12, size: '192x96' });
    const cameras = live.open();
    cameras.configure([plan('same', file), plan('changed', file), plan('gone', file)]);
    const epochs: number[] = [];
    cameras.onObservation('changed', ({ stamp }) => epochs.push(stamp.epoch!));
    await Promise.all(
      ['same', 'changed', 'gone'].map((name) => untilStatus(cameras, name, ({ state }) => state === 'live')),
    );
    const outcome = cameras.configure([
      plan('same', file),
      plan('changed', file, { detection: { score: 0.9 } }),
      plan('new', file),
    ]);
    expect(outcome).toEqual({ started: ['changed', 'new'], stopped: ['gone'] });
    expect(cameras.list().map(({ camera }) => camera)).toEqual(['same', 'changed', 'new']);
    await observations(cameras, 'changed', 3);
    expect(epochs.at(-1)).toBe(2);
    expect(cameras.status('same')).toMatchObject({ state: 'live', epoch: 1 });
  });

  it('with a fault changes nothing', async () => {
    const file = await makeVideo(`${folder}/fault.mp4`, { frames: 12, size: '192x96' });
    const cameras = live.open();
    cameras.configure([plan('clip', file)]);
    const wrong = [plan('clip', file, { detection: { labels: ['unicorn'] } }), plan('new', file)];
    expect(() => cameras.configure(wrong)).toThrow(/unicorn/);
    expect(cameras.list().map(({ camera }) => camera)).toEqual(['clip']);
  });

  it('goes over to another model: listeners stay, cameras of the page and webcams too', async () => {
    const file = await makeVideo(`${folder}/model.mp4`, { frames: 12, size: '192x96' });
    const cameras = live.open();
    cameras.configure([plan('kept', file), plan('gone', file)]);
    await cameras.add({ camera: 'added', source: file });
    const webcam = cameras.openWebcam('laptop');
    const epochs = new Map<string, Set<number>>();
    for (const name of ['kept', 'added', 'laptop']) {
      epochs.set(name, new Set());
      cameras.onObservation(name, ({ stamp }) => epochs.get(name)!.add(stamp.epoch!));
    }
    const jpeg = await solid();
    webcam.push(jpeg, 0);
    await Promise.all(['kept', 'added', 'laptop'].map((name) => observations(cameras, name, 1)));
    const another = await brightEngine(folder);
    cameras.rebuild(sharedBy(another), [plan('kept', file)]);
    await Promise.all(['kept', 'added'].map((name) => observations(cameras, name, 2)));
    const seen = observations(cameras, 'laptop', 1);
    webcam.push(jpeg, 1);
    await seen;
    expect(cameras.list().map(({ camera }) => camera)).toEqual(['kept', 'added', 'laptop']);
    for (const own of epochs.values()) expect(own).toEqual(new Set([1, 2]));
    webcam.close();
    expect(cameras.status('laptop')).toBeUndefined();
    await cameras.close();
    await another.close();
  });

  it('to a model that lacks a wanted label changes nothing', async () => {
    const file = await makeVideo(`${folder}/lacking.mp4`, { frames: 12, size: '192x96' });
    const cameras = live.open();
    cameras.configure([plan('clip', file, { detection: { labels: ['left'] } })]);
    const other = { ...sharedBy(live.engine), card: { ...live.engine.card, labels: ['cat', 'dog'] } };
    expect(() => cameras.rebuild(other, [plan('clip', file, { detection: { labels: ['left'] } })])).toThrow(/left/);
    expect(await observations(cameras, 'clip', 2)).toHaveLength(2);
    expect(cameras.status('clip')!.epoch).toBe(1);
  });
});

/** A picture that shows something. */
async function solid(): Promise<Uint8Array> {
  const file = await makeVideo(`${folder}/webcam.mjpeg`, {
    ...{ frames: 1, size: '192x96' },
    codec: ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'],
  });
  return readFileSync(file);
}
