import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Metrics } from '#server/metrics.js';
import { startServer } from '#server/server.js';
import { FakeCameras, jpegOf } from './fake-cameras.js';
import { closeAll, connect, handshake, quiet, serve } from './support.js';
import { ADMIN, tokens, VIEWER } from './tokens.js';

afterEach(closeAll);

const access = { tokens };
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

/** A request whose path and headers are sent as they are. */
function raw(
  url: string,
  options: { path?: string; method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url);
    const { path = pathname, method = 'GET', headers, body } = options;
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, body: text, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('health', () => {
  it('answers, and says what is missing until it is ready', async () => {
    let missing = ['the model is being loaded'];
    const { at } = await serve({ ready: () => missing });
    expect(await (await fetch(at('/healthz'))).json()).toEqual({ status: 'ok' });
    const early = await fetch(at('/readyz'));
    expect([early.status, await early.json()]).toEqual([503, { status: 'not ready', missing }]);
    missing = [];
    expect((await fetch(at('/readyz'))).status).toBe(200);
  });
});

describe('cameras over REST', () => {
  it('are listed and shown', async () => {
    const { at } = await serve();
    const { cameras } = (await (await fetch(at('/api/v1/cameras'))).json()) as { cameras: { camera: string }[] };
    expect(cameras.map(({ camera }) => camera)).toEqual(['gate', 'yard']);
    expect(await (await fetch(at('/api/v1/cameras/gate'))).json()).toEqual(cameras[0]);
    expect((await fetch(at('/api/v1/cameras/attic'))).status).toBe(404);
  });

  it('have names with blanks and umlauts', async () => {
    const { at } = await serve({ cameras: new FakeCameras('Tür hinten') });
    expect((await fetch(at(`/api/v1/cameras/${encodeURIComponent('Tür hinten')}`))).status).toBe(200);
  });

  it('give their newest picture, with its stamp, with boxes and without', async () => {
    const { at, cameras } = await serve();
    const none = await fetch(at('/api/v1/cameras/gate/latest.jpg'));
    expect([none.status, none.headers.get('retry-after')]).toEqual([503, '1']);
    cameras.picturise('gate', { epoch: 2, seq: 41, pts: 1.64, capturedAt: 99, data: jpegOf(40) });
    const plain = await fetch(at('/api/v1/cameras/gate/latest.jpg'));
    expect(new Uint8Array(await plain.arrayBuffer())).toEqual(jpegOf(40));
    const stamp = ['epoch', 'seq', 'pts', 'captured-at'].map((name) => plain.headers.get(`lookout-${name}`));
    expect([plain.headers.get('content-type'), plain.headers.get('cache-control'), ...stamp]).toEqual([
      'image/jpeg',
      'no-store',
      '2',
      '41',
      '1.64',
      '99',
    ]);
    const drawn = await fetch(at('/api/v1/cameras/gate/latest.jpg?boxes=1'));
    expect((await drawn.arrayBuffer()).byteLength).toBe(140);
    expect((await fetch(at('/api/v1/cameras/gate/latest.jpg?boxes=maybe'))).status).toBe(400);
    expect((await fetch(at('/api/v1/cameras/attic/latest.jpg'))).status).toBe(404);
  });

  it('stream motion JPEG, the newest picture each time, and stop listening when nobody reads', async () => {
    const { at, cameras } = await serve();
    const abort = new AbortController();
    const response = await fetch(at('/api/v1/cameras/gate/stream.mjpeg'), { signal: abort.signal });
    expect(response.headers.get('content-type')).toBe('multipart/x-mixed-replace; boundary=lookout-picture');
    const reader = response.body!.getReader();
    for (const seq of [1, 2]) {
      cameras.picturise('gate', { seq, data: jpegOf(30) });
      let text = '';
      while (!text.includes('\xff\xd9')) text += Buffer.from((await reader.read()).value!).toString('latin1');
      expect(text).toMatch(
        new RegExp(
          `^--lookout-picture\r\nContent-Type: image/jpeg\r\nContent-Length: 30\r\n(.*\r\n)*Lookout-Seq: ${seq}\r\n`,
        ),
      );
    }
    expect(cameras.listeners('gate')).toEqual([0, 0, 1]);
    abort.abort();
    const watcher = await connect({ at });
    while (cameras.listeners('gate')[2] > 0) await watcher.settled();
  });

  it('are added by admins, from sources that are open, and taken away', async () => {
    const { at } = await serve({ sources: { networks: ['127.0.0.0/8'] } });
    const add = (body: object) => fetch(at('/api/v1/cameras'), { method: 'POST', body: JSON.stringify(body) });
    const added = await add({ camera: 'door', source: 'rtsp://127.0.0.1/1' });
    expect([added.status, ((await added.json()) as { state: string }).state]).toEqual([201, 'connecting']);
    expect((await add({ camera: 'door', source: 'rtsp://127.0.0.1/1' })).status).toBe(409);
    expect((await add({ camera: 'x', source: 'file:///etc/passwd' })).status).toBe(422);
    expect((await add({ camera: 'a/b', source: 'rtsp://127.0.0.1/1' })).status).toBe(400);
    expect((await add({ camera: 'x' })).status).toBe(400);
    expect((await fetch(at('/api/v1/cameras'), { method: 'POST', body: '{' })).status).toBe(400);
    expect((await fetch(at('/api/v1/cameras/door'), { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(at('/api/v1/cameras/door'), { method: 'DELETE' })).status).toBe(404);
  });
});

describe('authentication', () => {
  it.each([
    ['nobody', {}, [200, 401, 401, 401]],
    ['a viewer', bearer(VIEWER), [200, 200, 200, 403]],
    ['an admin', bearer(ADMIN), [200, 200, 200, 404]],
    ['a wrong token', bearer('wrong-token-0123456789'), [401, 401, 401, 401]],
  ])('lets %s do what the role allows', async (_, init, expected) => {
    const { at } = await serve({ access });
    const paths = ['/healthz', '/api/v1/cameras', '/metrics'];
    const statuses = [];
    for (const path of paths) statuses.push((await fetch(at(path), init)).status);
    statuses.push((await fetch(at('/api/v1/cameras/none'), { method: 'DELETE', ...init })).status);
    expect(statuses).toEqual(expected);
  });

  it('guards the WebSocket, where the role decides who may publish', async () => {
    const running = await serve({ access });
    expect(await handshake(running.at('/api/v1/ws'))).toBe(401);
    expect(await handshake(running.at('/api/v1/ws'), { Authorization: 'Bearer nonsense-0123456789' })).toBe(401);
    const viewer = await connect(running, bearer(VIEWER));
    expect(viewer.of('hello')[0]!.role).toBe('viewer');
    viewer.send({ type: 'publish', camera: 'laptop' });
    await viewer.until(() => viewer.of('error').length === 1);
    expect([viewer.of('error')[0]!.code, running.cameras.webcams.size]).toEqual(['forbidden', 0]);
  });

  it('logs in by a form, keeps a cookie that scripts cannot read, and logs out', async () => {
    const running = await serve({ access, web: undefined });
    const { at } = running;
    const page = await fetch(at('/login'));
    const html = await page.text();
    expect([page.status, html.includes('type="password"'), html.includes('<script')]).toEqual([200, true, false]);
    const login = (token: string) =>
      fetch(at('/login'), { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' });
    const wrong = await login('wrong-token-0123456789');
    expect([
      wrong.status,
      wrong.headers.get('set-cookie'),
      (await wrong.text()).includes('This token is wrong.'),
    ]).toEqual([401, null, true]);
    const right = await login(VIEWER);
    const cookie = right.headers.get('set-cookie')!;
    expect([right.status, right.headers.get('location')]).toEqual([303, '/']);
    expect(cookie).toMatch(/^lookout_session=viewer\.\d+\.[\w-]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/);
    const session = { Cookie: cookie.split(';')[0]! };
    expect((await fetch(at('/api/v1/cameras'), { headers: session })).status).toBe(200);
    expect(await handshake(at('/api/v1/ws'), session)).toBe(101);
    expect((await fetch(at('/api/v1/cameras'), { headers: { Cookie: `${session.Cookie}x` } })).status).toBe(401);
    const out = await fetch(at('/logout'), { method: 'POST', headers: session, redirect: 'manual' });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      303,
      'lookout_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
  });

  it('slows guessing down, by form and by header alike, and counts it', async () => {
    const { at, metrics } = await serve({ access });
    const guess = () => fetch(at('/api/v1/cameras'), bearer('wrong-token-0123456789'));
    for (let i = 0; i < 5; i++) expect((await guess()).status).toBe(401);
    const blocked = await guess();
    expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '1']);
    const form = await fetch(at('/login'), { method: 'POST', body: new URLSearchParams({ token: ADMIN }) });
    expect([form.status, (await form.text()).includes('Try again in 1 s')]).toEqual([429, true]);
    expect(await metrics.registry.metrics()).toContain('lookout_login_failures_total 5');
  });
});

describe('requests from elsewhere', () => {
  it.each([
    ['a rebound name', '/healthz', { Host: 'evil.example' }, 421],
    ['a change from another site', '/api/v1/cameras/none', { Origin: 'http://evil.example' }, 403],
    ['a change from a sandboxed page', '/api/v1/cameras/none', { Origin: 'null' }, 403],
    ['a change that the browser calls cross-site', '/api/v1/cameras/none', { 'Sec-Fetch-Site': 'cross-site' }, 403],
  ])('are refused: %s', async (_, path, headers, status) => {
    const { at } = await serve();
    const method = path === '/healthz' ? 'GET' : 'DELETE';
    expect((await raw(at(path), { method, headers })).status).toBe(status);
  });

  it('are refused at the WebSocket, unless their origin is allowed', async () => {
    const { at } = await serve({ origins: ['https://home.example'] });
    const own = new URL(at('/')).origin;
    const from = (Origin: string) => handshake(at('/api/v1/ws'), { Origin });
    expect([
      await from('http://evil.example'),
      await from('null'),
      await from(own),
      await from('https://home.example'),
    ]).toEqual([403, 403, 101, 101]);
    expect(await handshake(at('/api/v1/ws'), { Host: 'evil.example' })).toBe(421);
    expect(await handshake(at('/elsewhere'))).toBe(404);
  });

  it('are limited by rate', async () => {
    const { at } = await serve({ requests: { perSecond: 0.001, burst: 3 } });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await fetch(at('/healthz'))).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(await handshake(at('/api/v1/ws'))).toBe(429);
  });

  it('are cut off when they drip in, byte by byte', async () => {
    const { server, at } = await serve({ headersMs: 300 });
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    const dripping = setInterval(() => socket.write('X: y\r\n'), 50);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    clearInterval(dripping);
    expect(String(answer)).toContain('408 Request Timeout');
    expect((await fetch(at('/healthz'))).status).toBe(200);
    socket.destroy();
  });

  it('have bodies of 64 KiB at most, whose length they say', async () => {
    const { at } = await serve();
    const body = JSON.stringify({ camera: 'x', source: 'y'.repeat(70_000) });
    const sized = await raw(at('/api/v1/cameras'), {
      method: 'POST',
      body,
      headers: { 'Content-Length': String(body.length) },
    });
    const chunked = await raw(at('/api/v1/cameras'), {
      method: 'POST',
      body,
      headers: { 'Transfer-Encoding': 'chunked' },
    });
    expect([sized.status, chunked.status]).toEqual([413, 411]);
  });
});

describe('the page', () => {
  const root = mkdtempSync(join(tmpdir(), 'lookout-web-'));
  const web = join(root, 'web');
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(web, 'index.html'), '<!doctype html>page');
  writeFileSync(join(web, 'assets/app-1a2b.js'), 'export {};');
  writeFileSync(join(root, 'secret.txt'), 'secret');
  afterAll(() => rmSync(root, { recursive: true }));

  it('is served with strict headers and sensible caching', async () => {
    const { at } = await serve({ web });
    const index = await fetch(at('/'));
    expect([index.status, await index.text(), index.headers.get('cache-control')]).toEqual([
      200,
      '<!doctype html>page',
      'no-cache',
    ]);
    const policy = index.headers.get('content-security-policy')!;
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "connect-src 'self'",
    ]) {
      expect(policy.split('; ')).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe/);
    expect([index.headers.get('x-content-type-options'), index.headers.get('referrer-policy')]).toEqual([
      'nosniff',
      'same-origin',
    ]);
    const asset = await fetch(at('/assets/app-1a2b.js'));
    expect([asset.headers.get('content-type'), asset.headers.get('cache-control')]).toEqual([
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    for (const path of ['/api/v1/cameras', '/api/nothing', '/nothing', '/healthz', '/login']) {
      expect((await fetch(at(path), { redirect: 'manual' })).headers.get('content-security-policy')).toContain(
        "default-src 'none'",
      );
    }
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/..\\secret.txt',
    '/%00',
    '//etc/passwd',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
  ])('never leaves its folder: %s', async (path) => {
    const { at } = await serve({ web });
    const { status, body } = await raw(at('/'), { path });
    expect([body.includes('secret'), body.includes('root:')]).toEqual([false, false]);
    expect([400, 404]).toContain(status);
  });

  it('sends who is not known to the login, and answers unknown API paths itself', async () => {
    const { at } = await serve({ web, access });
    const page = await fetch(at('/'), { redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([302, '/login']);
    expect((await fetch(at('/api/v2/cameras'), bearer(VIEWER))).status).toBe(404);
  });
});

describe('starting', () => {
  const base = { metrics: new Metrics({ version: '1' }), version: '1', logger: quiet, cameras: new FakeCameras() };

  it('fails with a sentence when the port is taken', async () => {
    const { server } = await serve();
    await expect(startServer({ ...base, port: server.port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${server.port}: another program uses this port`,
    );
  });

  it('fails beyond loopback without a token, and starts when that is asked for', async () => {
    await expect(startServer({ ...base, port: 0, host: '0.0.0.0' })).rejects.toThrow('set a token');
    await serve({ host: '0.0.0.0', access: { mode: 'off' } });
  });

  it('says so when a picture cannot be made, and keeps our own mistakes to the log', async () => {
    const errors: object[] = [];
    const cameras = new FakeCameras('gate');
    cameras.picture = async () => {
      throw new TypeError('our own mistake with a path /home/x');
    };
    const { at } = await serve({ cameras, logger: { ...quiet, error: (fields) => errors.push(fields) } });
    const response = await fetch(at('/api/v1/cameras/gate/latest.jpg'));
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: { status: 500, message: 'internal error' } },
    ]);
    expect(errors).toHaveLength(1);
  });
});
