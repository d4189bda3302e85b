import { createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Frame } from '#core/frame.js';
import { type OpenVideoOptions, openVideo } from '#media/open-video.js';
import { probe } from '#media/probe.js';
import { film, jpeg } from '../../support/http-cameras.js';
import { oneClientServer } from '../../support/one-client.js';
import { childrenNamed } from '../../support/processes.js';
import { ffmpegRun, makeVideo, rotate, temporaryFolder } from '../../support/video.js';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
let pictures: Buffer[];

beforeAll(async () => {
  pictures = [jpeg(0), jpeg(1)];
  await makeVideo(path('clip.mp4'), { frames: 50 });
  await ffmpegRun(['-i', path('clip.mp4'), '-c', 'copy', path('clip.ts')]);
  const hls = ['-c', 'copy', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0'];
  await ffmpegRun(['-i', path('clip.mp4'), ...hls, path('whole.m3u8')]);
  const whole = readFileSync(path('whole.m3u8'), 'utf8');
  writeFileSync(path('live.m3u8'), whole.replace('#EXT-X-ENDLIST\n', ''));
  writeFileSync(path('master.m3u8'), '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000\nlive.m3u8\n');
  writeFileSync(path('archive.m3u8'), '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000\n\nwhole.m3u8\n');
});

const open = (url: string, options: Partial<OpenVideoOptions> = {}) =>
  openVideo(url, { input: { width: 96, height: 96 }, fit: 'letterbox', stallTimeoutMs: 10_000, ...options });

/** The first frames of a source, which is closed then. */
async function frames(url: string, count: number) {
  const source = await open(url);
  const taken: Frame[] = [];
  for await (const frame of source) if (taken.push(frame) === count) break;
  await source.close();
  expect(childrenNamed('ffmpeg')).toEqual([]);
  return { info: source.info, stamps: taken.map(({ stamp }) => stamp) };
}

const camera = (request: IncomingMessage, response: ServerResponse) => film(request, response, pictures);

/** A file with its length, and ranges of it; playlists lead to others. */
function file({ url, headers }: IncomingMessage, response: ServerResponse): void {
  const name = path(url!.slice(1));
  const size = statSync(name).size;
  const [, from = '0', to = String(size - 1)] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? '') ?? [];
  const [start, end] = [Number(from), Number(to || size - 1)];
  response.writeHead(headers.range ? 206 : 200, {
    ...{ 'Content-Length': end - start + 1, 'Accept-Ranges': 'bytes' },
    ...(headers.range && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
  });
  createReadStream(name, { start, end }).pipe(response);
}

describe('a camera over HTTP that serves one client', () => {
  it('is read over one connection: pictures in a row, by the times of their arrival', async () => {
    const server = await oneClientServer(camera);
    const { info, stamps } = await frames(server.url('/cam.mjpg'), 30);
    expect([server.connections, server.refused]).toEqual([1, 0]);
    expect(info).toMatchObject({ kind: 'live', size: { width: 192, height: 96 } });
    expect(stamps[0]).toMatchObject({ source: server.url('/cam.mjpg'), seq: 0, pts: 0 });
    // Ten a second; 25, if nobody looked at a clock. Those that came while ffmpeg started come at once.
    expect(stamps[29]!.pts - stamps[19]!.pts).toBeGreaterThan(0.8);
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  it('is read over one connection: a stream without a length', async () => {
    const server = await oneClientServer((_, response) => createReadStream(path('clip.ts')).pipe(response));
    const { info, stamps } = await frames(server.url('/live.ts'), 50);
    expect([server.connections, server.refused]).toEqual([1, 0]);
    expect(info).toMatchObject({ kind: 'live', codec: 'h264' });
    expect(stamps.map(({ pts }) => Math.round((pts - stamps[0]!.pts) * 25))).toEqual([...stamps.keys()]);
  });

  it('is followed where it sends on', async () => {
    const server = await oneClientServer((request, response) => {
      if (request.url === '/cam') camera(request, response);
      else response.writeHead(302, { Location: '/cam' }).end();
    });
    expect((await frames(server.url('/'), 1)).info.kind).toBe('live');
    expect([server.connections, server.refused]).toEqual([2, 0]);
  });

  it('keeps what came when the connection is torn, and says so', async () => {
    const server = await oneClientServer(camera);
    const source = await open(server.url('/cam.mjpg'));
    let count = 0;
    const reading = async () => {
      for await (const _ of source) {
        count += 1;
        if (count === 5) server.tear();
      }
    };
    await expect(reading()).rejects.toMatchObject({ fault: 'ended', message: expect.stringContaining('broke off') });
    expect(count).toBeGreaterThanOrEqual(5);
  });

  it('that never answers is left at once', async () => {
    const server = await oneClientServer(() => undefined);
    const leaving = new AbortController();
    const opening = open(server.url('/cam.mjpg'), { signal: leaving.signal });
    await vi.waitFor(() => expect(server.open).toBe(1));
    leaving.abort(new Error('left'));
    await expect(opening).rejects.toThrow('left');
    await vi.waitFor(() => expect(server.open).toBe(0));
    expect(childrenNamed('ffmpeg')).toEqual([]);
  });
});

describe('a file on a web server', () => {
  it('is asked for its length', async () => {
    const server = await oneClientServer(file);
    const { info } = await frames(server.url('/clip.mp4'), 50);
    expect(info).toMatchObject({ kind: 'video', frames: 50, duration: 2 });
  });

  it.each([
    ['whole.m3u8', 'video'],
    ['archive.m3u8', 'video'],
    ['live.m3u8', 'live'],
    ['master.m3u8', 'live'],
  ])('as a playlist is live until it says where it ends: %s', async (name, kind) => {
    const server = await oneClientServer(file);
    const { info } = await frames(server.url(`/${name}`), 5);
    expect(info).toMatchObject({ kind, codec: 'h264', ...(kind === 'video' && { duration: 2 }) });
  });

  it('without its length is probed where it may have to be turned', async () => {
    const turned = await rotate(path('clip.mp4'), path('end.mp4'), 90);
    await ffmpegRun(['-i', turned, '-c', 'copy', '-movflags', '+faststart', path('turned.mp4')]);
    const server = await oneClientServer((_, response) => createReadStream(path('turned.mp4')).pipe(response));
    const { info } = await frames(server.url('/turned.mp4'), 1);
    const { width, height } = (await probe(path('clip.mp4'))).size;
    expect(info).toMatchObject({ kind: 'video', size: { width: height, height: width } });
  });

  it('that never answers is waited for once', async () => {
    const server = await oneClientServer(() => undefined);
    const opening = open(server.url('/cam?token=abc'), { timeoutMs: 300 });
    await expect(opening).rejects.toMatchObject({ fault: 'timeout', message: expect.stringContaining('token=***') });
    expect(server.connections).toBe(1);
  });

  it('that falls silent in the middle of a playlist is not waited for without end', async () => {
    const server = await oneClientServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/vnd.apple.mpegurl' }).write('#EXTM3U\n');
    });
    await expect(open(server.url('/live.m3u8'), { timeoutMs: 300 })).rejects.toMatchObject({
      fault: expect.any(String),
    });
    await vi.waitFor(() => expect(server.open).toBe(0));
    expect(childrenNamed('ffprobe')).toEqual([]);
  });

  it('that is not there is not found', async () => {
    const server = await oneClientServer((_, response) => response.writeHead(404, { 'Content-Length': 0 }).end());
    await expect(open(server.url('/nothing.mp4'))).rejects.toMatchObject({ fault: 'not-found' });
  });
});
