import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Metrics } from '#server/metrics.js';
import { startServer } from '#server/server.js';
import { FakeCameras } from './fake-cameras.js';
import { closeAll, connect, quiet, serve } from './support.js';

afterEach(closeAll);

const openssl = (() => {
  try {
    return execFileSync('openssl', ['version']).length > 0;
  } catch {
    return false;
  }
})();
const folder = mkdtempSync(join(tmpdir(), 'lookout-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const tls = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };

/** A fresh self-signed certificate for 127.0.0.1. */
function certify(name: string): Buffer {
  const files = ['-keyout', tls.key, '-out', tls.certificate];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      ...files,
      ...subject,
    ],
    { stdio: 'ignore' },
  );
  return readFileSync(tls.certificate);
}

function nameOf(url: string, ca: Buffer): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    get(url, { ca, agent: false }, (response) => {
      response.resume();
      resolve([response.statusCode!, (response.socket as TLSSocket).getPeerCertificate().subject.CN as string]);
    }).on('error', reject);
  });
}

describe.skipIf(!openssl)('TLS', () => {
  it('serves page and WebSocket by certificate and key files, marks the cookie, and takes a new certificate in', async () => {
    const ca = certify('first');
    const access = { tokens: [{ token: 'a-token-of-16-chars', role: 'admin' }] } as const;
    const running = await serve({ tls, access });
    expect(running.server.url).toMatch(/^https:/);
    expect(await nameOf(running.at('/healthz'), ca)).toEqual([200, 'first']);
    const client = await connect(running, { ca, headers: { Authorization: 'Bearer a-token-of-16-chars' } });
    expect(client.of('hello')).toHaveLength(1);
    const renewed = certify('second');
    await running.server.reloadTls();
    expect(await nameOf(running.at('/healthz'), renewed)).toEqual([200, 'second']);
    expect(client.closed).toBeUndefined();
  });

  it('says which file cannot be read', async () => {
    const base = {
      metrics: new Metrics({ version: '1' }),
      version: '1',
      logger: quiet,
      cameras: new FakeCameras(),
      port: 0,
    };
    await expect(startServer({ ...base, tls: { ...tls, key: join(folder, 'none.pem') } })).rejects.toThrow(
      'none.pem cannot be read',
    );
  });
});
