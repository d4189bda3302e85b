import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceError } from '#core/source-error.js';
import { BufferPool } from '#media/buffer-pool.js';
import { openGuard } from '#media/guard/guard.js';
import { liveSourcesEnded } from '#media/live/children.js';
import { type LiveEvent, liveSource } from '#media/live/live-source.js';
import { locate } from '#media/location.js';
import { SOURCE_POLICY, sourceRules } from '#server/source-policy.js';
import { INNER_ADDRESS, type InnerServer, innerServer, sendingOn, webServer } from '../../support/inner-network.js';
import { ffmpegRun, makeVideo, temporaryFolder } from '../../support/video.js';

const folder = temporaryFolder();
/** One address of this machine stands for the camera's, another for what lies in the machine's own network. */
const rules = sourceRules({ ...SOURCE_POLICY, networks: ['127.0.0.1/32'], directories: [folder] });
const closing: (() => void)[] = [];
let inner: InnerServer;

beforeEach(async () => {
  inner = await innerServer();
  closing.push(() => inner.close());
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await liveSourcesEnded();
});

/** What becomes of a source: its first packet, or the fault that ended it. */
function outcome(source: string, { guarded = true } = {}): Promise<LiveEvent | SourceError> {
  const size = { width: 32, height: 32 };
  return new Promise((resolve) => {
    const subscription = liveSource(source, {
      ...{ pool: new BufferPool(), input: size, fit: 'stretch', padding: 0 },
      ...{ timeoutMs: 5000, stallTimeoutMs: 8000, ...(guarded && { rules }) },
    }).subscribe({
      next: (event) => {
        if (event.kind !== 'packet') return;
        queueMicrotask(() => subscription.unsubscribe());
        resolve(event);
      },
      error: resolve,
    });
  });
}

/** Serves a text as a playlist, and sends on who asks for `/moved`. */
async function web(playlist = ''): Promise<string> {
  const { port, close } = await webServer(({ url }, response) => {
    if (url === '/moved') response.writeHead(302, { Location: `http://${inner.authority}/cam.mjpg` }).end();
    else response.writeHead(200, { 'Content-Type': 'application/vnd.apple.mpegurl' }).end(playlist);
  });
  closing.push(close);
  return `http://127.0.0.1:${port}`;
}

const playlist = (lines: string) =>
  `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n${lines}\n#EXT-X-ENDLIST\n`;
const segment = (authority: string) => `#EXTINF:1.0,\nhttp://${authority}/a.ts`;

describe('a source that was chosen from the page leads nowhere else', () => {
  it('by a redirect over HTTP', async () => {
    const url = `${await web()}/moved`;
    await outcome(url, { guarded: false });
    expect(inner.visits).toBeGreaterThan(0); // that is what ffmpeg would do
    const visits = inner.visits;
    const fault = await outcome(url);
    expect(fault).toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining(`leads to ${inner.authority}`),
    });
    expect(inner.visits).toBe(visits);
  });

  it.each([
    ['a segment', () => playlist(segment(inner.authority))],
    ['a variant', () => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://${inner.authority}/b.m3u8\n`],
    [
      'a key',
      () => playlist(`#EXT-X-KEY:METHOD=AES-128,URI="http://${inner.authority}/key"\n${segment('127.0.0.1:1')}`),
    ],
  ])('by a playlist: %s', async (_, text) => {
    const url = `${await web(text())}/live.m3u8`;
    await outcome(url, { guarded: false });
    expect(inner.visits).toBeGreaterThan(0);
    const visits = inner.visits;
    expect(await outcome(url)).toMatchObject({ kind: 'source' });
    expect(inner.visits).toBe(visits);
  });

  it('by a redirect over RTSP', async () => {
    const server = await sendingOn(`rtsp://${inner.authority}/cam`);
    closing.push(() => server.close());
    const url = `rtsp://user:secret@127.0.0.1:${server.port}/cam`;
    await outcome(url, { guarded: false });
    expect(inner.visits).toBeGreaterThan(0);
    const visits = inner.visits;
    const fault = (await outcome(url)) as SourceError;
    expect(fault).toMatchObject({ fault: 'forbidden', message: expect.stringContaining('sends on') });
    expect(fault.message).not.toContain('secret');
    expect(inner.visits).toBe(visits);
  });

  it('nor does it go to a closed address by itself', async () => {
    for (const scheme of ['http', 'https', 'rtsp', 'rtsps']) {
      expect(await outcome(`${scheme}://${inner.authority}/1`)).toMatchObject({ fault: 'forbidden' });
    }
    expect(await outcome(`tcp://${inner.authority}`)).toMatchObject({ fault: 'forbidden' });
    expect(inner.visits).toBe(0);
  });

  it('nor by a kind of URL that is not open', async () => {
    let visits = 0;
    const { port, close } = await webServer((_, response) => {
      visits += 1;
      response.end();
    });
    closing.push(close);
    const secure = sourceRules({ ...SOURCE_POLICY, schemes: ['https'], networks: ['127.0.0.1/32'] });
    const guard = await openGuard(locate('https://cam.example/1'), secure, async () => ['127.0.0.1']);
    closing.push(() => guard.close());
    expect(await asked(guard.env!.http_proxy!, `http://cam.example:${port}/1`)).toEqual([403, '']);
    expect([visits, guard.fault?.fault]).toEqual([0, 'forbidden']);
  });

  it('says what is wrong with a camera that is open', async () => {
    const { port, close } = await webServer(() => undefined);
    close();
    for (const scheme of ['http', 'https', 'rtsp'])
      expect(await outcome(`${scheme}://127.0.0.1:${port}/1`)).toMatchObject({ fault: 'refused' });
    expect(await outcome('rtsp://nowhere.invalid/1')).toMatchObject({ fault: 'unreachable' });
  });
});

describe('a name that answers otherwise the next time', () => {
  it('is judged at each connection, which goes to the address that was judged', async () => {
    const { port, close } = await webServer((_, response) => response.end('camera'));
    closing.push(close);
    const answers = [['127.0.0.1'], [INNER_ADDRESS], ['127.0.0.1', INNER_ADDRESS]];
    const guard = await openGuard(locate(`http://cam.example:${port}/1`), rules, async () => answers.shift() ?? []);
    closing.push(() => guard.close());
    const ask = () => asked(guard.env!.http_proxy!, `http://cam.example:${port}/1`);
    expect(await ask()).toEqual([200, 'camera']);
    for (let round = 0; round < 2; round += 1) {
      expect(await ask()).toEqual([403, '']);
      expect(guard.fault).toMatchObject({ fault: 'forbidden' });
    }
    expect(await ask()).toEqual([502, '']);
  });

  it('cannot step around by what the environment says of proxies', async () => {
    process.env.no_proxy = '*';
    const guard = await openGuard(locate('http://cam.example/1'), rules);
    delete process.env.no_proxy;
    closing.push(() => guard.close());
    expect(guard.env).not.toHaveProperty('no_proxy');
    expect(guard.env!.PATH).toBe(process.env.PATH);
  });
});

/** Asks a proxy for a URL. */
function asked(proxy: string, path: string): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    request(proxy, { path, agent: false }, (response) => {
      let text = '';
      response.on('data', (bytes) => {
        text += bytes;
      });
      response.on('end', () => resolve([response.statusCode!, text]));
    })
      .on('error', reject)
      .end();
  });
}

describe('a connection whose child went away while it came about', () => {
  it.each([
    ['to a server with TLS', (authority: string) => `CONNECT ${authority} HTTP/1.1\r\n\r\n`],
    ['without', (authority: string) => `GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n\r\n`],
  ])('is ended: %s', async (_, request) => {
    const server = createTcp();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    let asked: () => void = () => undefined;
    let answer: (addresses: string[]) => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const guard = await openGuard(locate('http://cam.example/1'), rules, () => {
      asked();
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    closing.push(() => guard.close());
    const child = connect(Number(new URL(guard.env!.http_proxy!).port), '127.0.0.1');
    child.write(request(`cam.example:${(server.address() as AddressInfo).port}`));
    await isAsked;
    child.destroy();
    await once(child, 'close');
    await pause(50); // the proxy has seen it go
    const coming = once(server, 'connection') as Promise<[Socket]>;
    answer(['127.0.0.1']);
    const [camera] = await coming;
    await once(camera.resume(), 'close', { signal: AbortSignal.timeout(5000) });
  });
});

describe('a file that was chosen from the page', () => {
  it('is played as the container that it is', async () => {
    expect(await outcome(await makeVideo(join(folder, 'fine.mp4')))).toMatchObject({ kind: 'packet' });
    await ffmpegRun(['-i', join(folder, 'fine.mp4'), '-frames:v', '1', join(folder, 'picture.jpg')]);
    expect(await outcome(join(folder, 'picture.jpg'))).toMatchObject({ kind: 'packet' });
  });

  it.each([
    ['HLS', (target: string) => playlist(`#EXTINF:1.0,\nfile://${target}`)],
    ['concat', (target: string) => `ffconcat version 1.0\nfile ${target.split('/').at(-1)}\n`],
  ])('is no list of other files, whatever its name: %s', async (kind, text) => {
    const target = await makeVideo(join(folder, `other-${kind}.ts`));
    const list = join(folder, `list-${kind}.mp4`);
    writeFileSync(list, text(target));
    expect(await outcome(list)).toMatchObject({ fault: 'not-video' });
  });

  it('is judged again when it is opened', async () => {
    expect(await outcome('/etc/passwd.mp4')).toMatchObject({ fault: 'forbidden' });
  });
});
