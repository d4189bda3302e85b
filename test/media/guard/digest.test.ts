import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BufferPool } from '#media/buffer-pool.js';
import { liveSourcesEnded } from '#media/live/children.js';
import { liveSource } from '#media/live/live-source.js';
import { SOURCE_POLICY, sourceRules } from '#server/source-policy.js';
import { hasRtspServer, type RtspServer, rtspServer, testPicture } from '../../support/rtsp-server.js';

const rules = sourceRules({ ...SOURCE_POLICY, networks: ['127.0.0.1/32'] });
let camera: RtspServer;

/** Stands before the camera and keeps what it is asked. */
async function gate(): Promise<{ readonly port: number; readonly heard: () => string }> {
  let heard = '';
  const server = createServer((client) => {
    const behind = connect(camera.port, '127.0.0.1');
    client.on('data', (bytes) => {
      heard += bytes.toString('latin1');
    });
    for (const [from, to] of [
      [client, behind],
      [behind, client],
    ] as const) {
      from.on('error', () => to.destroy()).pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, heard: () => heard };
}

/** The first packet of a source that was chosen from the page, or the fault that ended it. */
function outcome(source: string): Promise<unknown> {
  const input = { width: 32, height: 32 };
  return new Promise((resolve) => {
    const subscription = liveSource(source, {
      ...{ pool: new BufferPool(), input, fit: 'stretch', padding: 0, analyse: false },
      ...{ timeoutMs: 10_000, stallTimeoutMs: 20_000, rules },
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

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

describe.skipIf(!hasRtspServer)('digest authentication of a camera that was chosen from the page', () => {
  beforeAll(async () => {
    camera = await rtspServer({ '/cam': { launch: testPicture(), user: 'user', password: 'secret' } });
  });
  afterAll(async () => {
    await liveSourcesEnded();
    await camera.stop();
  });

  /** RFC 2617, 3.2.2.5: "the resource of the Request-Line"; servers compare them, gortsplib's for one. */
  it('names the very address that is asked for, the relay changes neither', async () => {
    const { port, heard } = await gate();
    expect(await outcome(`rtsp://user:secret@127.0.0.1:${port}/cam`)).toMatchObject({ kind: 'packet' });
    const requests = heard().matchAll(
      /^([A-Z_]+) (rtsp:\S+) RTSP\/1\.0\r\n(?:.+\r\n)*?Authorization: Digest (.+)\r\n/gm,
    );
    const methods: string[] = [];
    for (const [, method, address, authorization] of requests) {
      methods.push(method!);
      const said = Object.fromEntries(
        [...authorization!.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
      );
      expect(said.uri).toBe(address);
      const [who, what] = [md5(`user:${said.realm}:secret`), md5(`${method}:${address}`)];
      expect(said.response).toBe(md5(`${who}:${said.nonce}:${what}`));
    }
    expect(methods).toEqual(expect.arrayContaining(['DESCRIBE', 'SETUP', 'PLAY']));
    expect(heard()).not.toContain('secret');
  });

  it('with a wrong password is refused, and says so', async () => {
    const { port } = await gate();
    const fault = await outcome(`rtsp://user:wrong@127.0.0.1:${port}/cam`);
    expect(fault).toMatchObject({ fault: 'auth', message: expect.not.stringContaining('wrong@') });
  });
});
