import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { LiveCameras } from '#pipeline/live/live-cameras.js';
import { bright } from '../pipeline/live/bright.js';
import { observations, untilStatus } from '../pipeline/live/support.js';
import { httpCameras } from '../support/http-cameras.js';
import { INNER_ADDRESS, innerServer } from '../support/inner-network.js';
import { childrenNamed } from '../support/processes.js';
import { hasRtspServer, rtspServer, testPicture } from '../support/rtsp-server.js';
import { temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const live = bright(folder); // its cameras are closed first: hooks run from the last to the first

/** The same server behind TLS, with a certificate of its own making; gives its port. */
async function behindTls(port: number): Promise<number> {
  const [key, cert] = [`${folder}/key.pem`, `${folder}/cert.pem`];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=camera'];
  execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (client) => {
    const camera = connect(port, '127.0.0.1');
    client.on('error', () => camera.destroy());
    camera.on('error', () => client.destroy());
    client.on('close', () => camera.destroy());
    client.pipe(camera).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Adds a camera as the page does, and waits for its pictures. */
async function added(source: string): Promise<LiveCameras> {
  const cameras = live.open();
  await cameras.add({ camera: 'gate', source });
  const seen = await observations(cameras, 'gate', 12);
  expect(new Set(seen.map(({ stamp }) => stamp.epoch)).size).toBe(1);
  expect(cameras.status('gate')!.source).not.toContain('secret');
  return cameras;
}

describe.skipIf(!hasRtspServer)('a camera that the page adds, over RTSP', () => {
  it.each(['rtsp', 'rtsps'])('plays with a password, and shows its own address: %s', async (scheme) => {
    const server = await rtspServer({ '/cam': { launch: testPicture(), user: 'user', password: 'secret' } });
    closing.push(() => server.stop());
    const port = scheme === 'rtsps' ? await behindTls(server.port) : server.port;
    const cameras = await added(`${scheme}://user:secret@127.0.0.1:${port}/cam`);
    expect(cameras.status('gate')).toMatchObject({
      ...{ source: `${scheme}://***@127.0.0.1:${port}/cam`, video: { kind: 'fmp4' } },
    });
  });

  it('says what its camera says', async () => {
    const server = await rtspServer({ '/cam': { launch: testPicture(), user: 'user', password: 'secret' } });
    closing.push(() => server.stop());
    const cameras = live.open();
    for (const [camera, path, cause] of [
      ['wrong', 'user:other@', 'auth'],
      ['nowhere', 'user:secret@', 'not-found'],
    ] as const) {
      const place = camera === 'nowhere' ? '/elsewhere' : '/cam';
      await cameras.add({ camera, source: `rtsp://${path}127.0.0.1:${server.port}${place}` });
      expect(await untilStatus(cameras, camera, ({ state }) => state === 'reconnecting')).toMatchObject({ cause });
    }
  });
});

describe('a camera that the page adds, over HTTP', () => {
  it.each([
    ['http', '/live.m3u8'],
    ['http', '/cam.mjpg'],
    ['https', '/cam.mjpg'],
  ])('plays with a password: %s, %s', async (scheme, path) => {
    const web = await httpCameras(folder, { user: 'user', password: 'secret' });
    closing.push(() => web.close());
    const plain = new URL(web.url(path, 'user:secret'));
    const port = scheme === 'https' ? await behindTls(Number(plain.port)) : plain.port;
    await added(`${scheme}://user:secret@127.0.0.1:${port}${path}`);
  });

  it('in a network that is closed by now is not reached, and the page says so', async () => {
    const inner = await innerServer();
    closing.push(() => inner.close());
    const cameras = live.open();
    await cameras.add({ camera: 'gate', source: `http://${inner.authority}/cam.mjpg` });
    const status = await untilStatus(cameras, 'gate', ({ state }) => state === 'reconnecting');
    expect(status).toMatchObject({ cause: 'forbidden', message: expect.stringContaining('server.networks') });
    expect(status.message).toContain(INNER_ADDRESS);
    expect([inner.visits, childrenNamed('ffmpeg').length]).toEqual([0, 0]);
  });
});
