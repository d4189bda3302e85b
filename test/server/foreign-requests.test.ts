import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { raw } from './raw.js';
import { closeAll, handshake, serve } from './support.js';

afterEach(closeAll);

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
