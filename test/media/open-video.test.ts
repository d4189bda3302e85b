import { createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Frame } from '#core/frame.js';
import type { FrameSource } from '#core/source.js';
import { type OpenVideoOptions, openVideo } from '#media/open-video.js';
import { childrenNamed, openDescriptors } from '../support/processes.js';
import { hasRtspServer, PAY_H264, rtspServer } from '../support/rtsp-server.js';
import { makeVideo, readCounter, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const input = { width: 192, height: 192 };

const open = (name: string, options: Partial<OpenVideoOptions> = {}) =>
  openVideo(name.includes('://') ? name : path(name), { input, fit: 'letterbox', ...options });

/** Pulls all frames; gives their counters and the error at the end, if any. */
async function drain(source: FrameSource): Promise<{ counters: number[]; error?: unknown }> {
  const counters: number[] = [];
  try {
    for await (const frame of source) {
      counters.push(readCounter(frame));
      source.recycle(frame.data);
    }
    return { counters };
  } catch (error) {
    return { counters, error };
  }
}

async function pull(iterator: AsyncIterator<Frame>): Promise<Frame> {
  return (await iterator.next()).value as Frame;
}

beforeAll(async () => {
  await makeVideo(path('short.mkv'), { frames: 30 });
  await makeVideo(path('long.mkv'), { frames: 1500, size: '96x64' });
});

describe('a source', () => {
  it('decodes nothing before the first frame is pulled', async () => {
    const source = await open('long.mkv');
    expect(childrenNamed('ffmpeg')).toEqual([]);
    expect(source.info).toMatchObject({
      kind: 'video',
      size: { width: 96, height: 64 },
      fps: 25,
      frames: 1500,
      codec: 'h264',
    });
    await source.close();
  });

  it('hands out whole buffers and uses them again', async () => {
    const source = await open('long.mkv');
    const buffers = new Set<ArrayBuffer>();
    let count = 0;
    for await (const { data } of source) {
      expect(
        data.byteLength === 3 * 192 * 192 && data.buffer.byteLength === data.byteLength && data.byteOffset === 0,
      ).toBe(true);
      buffers.add(data.buffer);
      count += 1;
      source.recycle(data);
    }
    expect(count).toBe(1500);
    expect(buffers.size).toBeLessThanOrEqual(4);
  });

  it('goes on when buffers are transferred away, kept, or given back twice', async () => {
    const source = await open('short.mkv');
    const kept: Frame[] = [];
    for await (const frame of source) {
      if (frame.stamp.seq % 3 === 0) structuredClone(frame.data, { transfer: [frame.data.buffer] });
      if (frame.stamp.seq % 3 === 1) kept.push(frame);
      source.recycle(frame.data);
      source.recycle(frame.data);
      if (frame.stamp.seq % 3 === 1) break;
    }
    expect(kept.map(readCounter)).toEqual([1]);
  });

  it('stops ffmpeg while nobody pulls, and answers pulls in order', async () => {
    const source = await open('long.mkv');
    const iterator = source[Symbol.asyncIterator]();
    const frames = await Promise.all([pull(iterator), pull(iterator), pull(iterator)]);
    expect(frames.map(readCounter)).toEqual([0, 1, 2]);
    const [pid] = childrenNamed('ffmpeg');
    await blocked(pid!);
    expect(readCounter(await pull(iterator))).toBe(3);
    await source.close();
    expect(childrenNamed('ffmpeg')).toEqual([]);
  });

  it('reads over http', async () => {
    const server = createServer((_, answer) => createReadStream(path('short.mkv')).pipe(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://lena:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}/a.mkv`;
    const source = await open(url);
    const frame = await pull(source[Symbol.asyncIterator]());
    expect(frame.stamp.source).toBe(url.replace('lena:hunter2', '***'));
    await source.close();
  });

  it('takes a hardware decoder if there is one, and refuses one that ffmpeg does not know', async () => {
    expect((await drain(await open('short.mkv', { hwaccel: 'auto' }))).counters).toHaveLength(30);
    const failure = open('short.mkv', { hwaccel: 'warp' });
    await expect(failure).rejects.toMatchObject({ kind: 'config' });
    await expect(failure).rejects.toThrow(/no hardware decoder "warp"; it has auto/);
  });

  it('stamps a camera with its name and epoch', async () => {
    const source = await open('short.mkv', { camera: 'gate', epoch: 3 });
    const { stamp } = await pull(source[Symbol.asyncIterator]());
    expect(stamp).toMatchObject({ camera: 'gate', epoch: 3, seq: 0, pts: 0 });
    await source.close();
  });
});

describe('a source that is ended early', () => {
  it('by Ctrl-C in a terminal ends in order: the signal does not reach ffmpeg', async () => {
    const source = await open('long.mkv');
    await pull(source[Symbol.asyncIterator]());
    const group = (pid: number | 'self') => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')[2];
    expect(group(childrenNamed('ffmpeg')[0]!)).not.toBe(group('self'));
    await source.close();
  });

  it('leaves no child and no descriptor behind', async () => {
    await (await open('short.mkv')).close();
    const before = openDescriptors();
    for (let round = 0; round < 8; round += 1) {
      const source = await open('long.mkv');
      if (round % 4 === 1) await pull(source[Symbol.asyncIterator]());
      if (round % 4 === 2) for await (const _ of source) break;
      if (round % 4 === 3) void source[Symbol.asyncIterator]().next();
      await Promise.all([source.close(), source.close()]);
      expect(childrenNamed('ffmpeg')).toEqual([]);
      expect((await source[Symbol.asyncIterator]().next()).done).toBe(true);
    }
    expect(openDescriptors()).toBeLessThanOrEqual(before);
  });

  it('by a signal rejects with the reason of the signal', async () => {
    const abort = new AbortController();
    const source = await open('long.mkv', { signal: abort.signal });
    const iterator = source[Symbol.asyncIterator]();
    await pull(iterator);
    abort.abort(new Error('the user pressed Ctrl-C'));
    await expect(drain(source)).resolves.toMatchObject({ error: { message: 'the user pressed Ctrl-C' } });
    await source.close();
    expect(childrenNamed('ffmpeg')).toEqual([]);
  });
});

describe('a source in trouble gives what came before, then one clear error', () => {
  it('when ffmpeg is killed', async () => {
    const source = await open('long.mkv');
    await pull(source[Symbol.asyncIterator]());
    process.kill(childrenNamed('ffmpeg')[0]!, 'SIGKILL');
    const { counters, error } = await drain(source);
    expect(counters).toEqual(counters.map((_, index) => index + 1));
    expect(error).toMatchObject({ kind: 'source', fault: 'decoder-died' });
    expect(String(error)).toMatch(/killed by SIGKILL/);
  });

  it('when ffmpeg stalls, even if it does not listen to TERM', async () => {
    const source = await open('long.mkv', { stallTimeoutMs: 2000 });
    await pull(source[Symbol.asyncIterator]());
    process.kill(childrenNamed('ffmpeg')[0]!, 'SIGSTOP');
    const { error } = await drain(source);
    expect(error).toMatchObject({ fault: 'stalled' });
    expect(childrenNamed('ffmpeg')).toEqual([]);
  });

  it('when the file is cut off', async () => {
    const whole = readFileSync(path('short.mkv'));
    writeFileSync(path('cut.mkv'), whole.subarray(0, Math.floor(whole.length * 0.6)));
    const { counters, error } = await drain(await open('cut.mkv'));
    expect(counters.length).toBeGreaterThan(5);
    expect(counters.length).toBeLessThan(30);
    expect(error).toMatchObject({ fault: 'truncated' });
    expect(String(error)).toMatch(new RegExp(`truncated; ${counters.length} of \\d+ frames`));
  });

  it('when an indexed MP4 is cut off', async () => {
    await makeVideo(path('fast.mp4'), { frames: 30, output: ['-movflags', '+faststart'] });
    writeFileSync(path('cut.mp4'), readFileSync(path('fast.mp4')).subarray(0, statSync(path('fast.mp4')).size * 0.6));
    const { counters, error } = await drain(await open('cut.mp4'));
    expect(counters.length).toBeGreaterThan(5);
    expect(error).toMatchObject({ fault: 'truncated' });
  });

  it('when it holds no frame at all', async () => {
    await makeVideo(path('none.avi'), { frames: 0, codec: ['-c:v', 'mpeg4'] });
    const { counters, error } = await drain(await open('none.avi'));
    expect(counters).toEqual([]);
    expect(error).toMatchObject({ fault: 'no-frames' });
  });

  it('but not when only some bytes are damaged', async () => {
    const bytes = readFileSync(path('short.mkv'));
    bytes.fill(0x55, bytes.length * 0.5, bytes.length * 0.5 + 1500);
    writeFileSync(path('damaged.mkv'), bytes);
    const warnings: string[] = [];
    const logger = {
      debug() {},
      info() {},
      warn: (_: object, message: string) => void warnings.push(message),
      error() {},
    };
    const { counters, error } = await drain(await open('damaged.mkv', { logger }));
    expect(error).toBeUndefined();
    expect(counters.length).toBeGreaterThan(10);
    expect(warnings).toEqual(['ffmpeg met damaged data']);
  });
});

/** Waits until a process sleeps in a write, by looking at what it does (Linux); fails when it ends first. */
async function blocked(pid: number): Promise<void> {
  for (let quiet = 0; quiet < 20; ) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    quiet = fields[0] === 'S' ? quiet + 1 : 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a stream of a network', () => {
  it.skipIf(!hasRtspServer)('gives every frame that the server sent, the first second included', async () => {
    const raw = 'videotestsrc num-buffers=40 ! video/x-raw,width=96,height=96,framerate=20/1';
    const launch = `${raw} ! x264enc tune=zerolatency key-int-max=10 ! ${PAY_H264}`;
    const server = await rtspServer({ '/cam': { launch, shared: false } });
    onTestFinished(() => server.stop());
    const source = await open(server.url('/cam'));
    let frames = 0;
    for await (const frame of source) {
      frames += 1;
      source.recycle(frame.data);
    }
    expect(frames).toBe(40);
  });
});
