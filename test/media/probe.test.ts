import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { probe } from '#media/probe.js';
import { ffmpegRun, makeVideo, rotate, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

beforeAll(async () => {
  await makeVideo(path('plain.mp4'), { fps: '30000/1001', frames: 30, audio: true });
});

describe('probe', () => {
  it('reports size, rate, clock, codec and sound', async () => {
    expect(await probe(path('plain.mp4'))).toMatchObject({
      container: 'mov,mp4,m4a,3gp,3g2,mj2',
      codec: 'h264',
      pixelFormat: 'yuv420p',
      bitDepth: 8,
      hasAlpha: false,
      storedSize: { width: 160, height: 96 },
      size: { width: 160, height: 96 },
      rotation: 0,
      sampleAspect: 1,
      fps: { num: 30000, den: 1001 },
      timeBase: { num: 1, den: 30000 },
      startTicks: 0,
      frames: 30,
      audioCodecs: ['aac'],
      containerStart: 0,
      colour: {},
    });
  });

  it.each([90, 180, 270] as const)('reports the size after a turn of %i degrees', async (clockwise) => {
    const turned = await rotate(path('plain.mp4'), path(`turned${clockwise}.mp4`), clockwise);
    const upright = clockwise === 180 ? { width: 160, height: 96 } : { width: 96, height: 160 };
    expect(await probe(turned)).toMatchObject({ rotation: clockwise, size: upright });
  });

  it.each([
    ['10 bits', 'ten.mkv', ['-c:v', 'ffv1', '-pix_fmt', 'yuv420p10le'], { bitDepth: 10, pixelFormat: 'yuv420p10le' }],
    ['full range', 'full.mp4', ['-c:v', 'libx264', '-pix_fmt', 'yuvj420p'], { range: 'full' }],
    [
      'limited range',
      'limited.mkv',
      ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-color_range', 'tv'],
      { range: 'limited' },
    ],
    ['alpha', 'alpha.mov', ['-c:v', 'png', '-pix_fmt', 'rgba'], { hasAlpha: true, range: 'full' }],
    ['grayscale', 'gray.mkv', ['-c:v', 'ffv1', '-pix_fmt', 'gray'], { pixelFormat: 'gray', hasAlpha: false }],
  ])('recognises %s', async (_, name, codec, facts) => {
    await makeVideo(path(name), { codec, frames: 2 });
    expect(await probe(path(name))).toMatchObject(facts);
  });

  it('turns the pixel aspect with the picture', async () => {
    await makeVideo(path('wide.mp4'), { filters: 'setsar=4/3', frames: 2 });
    await rotate(path('wide.mp4'), path('wide90.mp4'), 90);
    expect((await probe(path('wide.mp4'))).sampleAspect).toBeCloseTo(4 / 3);
    expect((await probe(path('wide90.mp4'))).sampleAspect).toBeCloseTo(3 / 4);
  });

  it('passes over the cover picture of a sound file', async () => {
    await ffmpegRun(['-f', 'lavfi', '-i', 'testsrc2=size=64x64', '-frames:v', '1', path('cover.png')]);
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=1', '-i', path('cover.png')];
    await ffmpegRun([
      ...sound,
      '-map',
      '0',
      '-map',
      '1',
      '-c:v',
      'copy',
      '-disposition:v:0',
      'attached_pic',
      path('song.mp3'),
    ]);
    await expect(probe(path('song.mp3'))).rejects.toMatchObject({ fault: 'not-video' });
  });
});

describe('probe of what is no video says so, with its fault', () => {
  const cases: readonly [name: string, fault: string, text: RegExp, make: () => void][] = [
    ['missing.mp4', 'not-found', /missing\.mp4: not found/, () => undefined],
    ['empty.mp4', 'empty', /the file is empty/, () => writeFileSync(path('empty.mp4'), '')],
    [
      'text.mp4',
      'not-video',
      /no video that ffmpeg can read/,
      () => writeFileSync(path('text.mp4'), 'not a video\n'.repeat(500)),
    ],
    ['folder.mp4', 'not-video', /is a directory/, () => mkdirSync(path('folder.mp4'))],
    [
      'cut.mp4',
      'truncated',
      /truncated/,
      () => writeFileSync(path('cut.mp4'), readFileSync(path('plain.mp4')).subarray(0, 3000)),
    ],
    [
      '401 timed out, truncated.mkv',
      'not-video',
      /no video that ffmpeg can read/,
      () => writeFileSync(path('401 timed out, truncated.mkv'), 'x'.repeat(5000)),
    ],
    ['-x.mp4/y', 'not-found', /not found/, () => undefined],
  ];
  it.each(cases)('%s: %s', async (name, fault, text, make) => {
    make();
    const failure = probe(path(name));
    await expect(failure).rejects.toThrow(text);
    await expect(failure).rejects.toMatchObject({ kind: 'source', fault });
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    writeFileSync(path('secret.mp4'), 'x');
    chmodSync(path('secret.mp4'), 0);
    await expect(probe(path('secret.mp4'))).rejects.toMatchObject({ fault: 'permission' });
  });
});

describe('probe of a URL', () => {
  it('opens http', async () => {
    const url = await serve((_, answer) => answer.end(readFileSync(path('plain.mp4'))));
    expect(await probe(url)).toMatchObject({ codec: 'h264', size: { width: 160, height: 96 } });
  });

  it.each([
    ['wrong password', 401, 'auth'],
    ['wrong path', 404, 'not-found'],
  ])('tells %s, and never shows credentials', async (_, status, fault) => {
    const url = await serve((_request, answer) => {
      answer.statusCode = status;
      answer.end();
    });
    const secret = url.replace('http://', 'http://lena:hunter2@').concat('?token=abc123');
    const error = await probe(secret).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ kind: 'source', fault });
    expect(String(error)).not.toMatch(/hunter2|abc123|lena/);
  });

  it('tells a refused connection', async () => {
    const url = await serve(() => undefined);
    await closeServer();
    await expect(probe(url)).rejects.toMatchObject({ fault: 'refused' });
    await expect(probe(url.replace('http', 'rtsp'))).rejects.toMatchObject({ fault: 'refused' });
  });

  it.each(['http', 'rtsp'])('gives up on an %s server that never answers', async (scheme) => {
    const server = createTcpServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(probe(`${scheme}://127.0.0.1:${port}/x`, { timeoutMs: 300 })).rejects.toMatchObject({
      fault: 'timeout',
    });
  });

  it('stops when it is told to', async () => {
    const url = await serve(() => undefined);
    const abort = new AbortController();
    const failure = probe(url, { signal: abort.signal });
    abort.abort();
    await expect(failure).rejects.toThrow(/abort/i);
  });
});

let server: Server | undefined;

async function serve(handler: Parameters<typeof createServer>[1]): Promise<string> {
  server = createServer(handler!);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  onTestFinished(closeServer);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/street.mp4`;
}

async function closeServer(): Promise<void> {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
}
