import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { Random } from '#core/random.js';
import { malformed } from './malformed.js';
import { type Client, closeAll, connect, type Running, serve } from './support.js';

afterEach(closeAll);

/** Resolves when the server has answered, or ended the connection. */
async function handled(client: Client): Promise<void> {
  await Promise.race([client.settled(), client.until(() => client.closed !== undefined)]);
}

async function watcher(running: Running): Promise<Client> {
  const client = await connect(running);
  client.send({ type: 'subscribe', cameras: ['gate'] });
  await client.settled();
  return client;
}

describe('malformed WebSocket messages', () => {
  it('1,000 seeded ones are answered with errors, cut their sender off, and disturb nobody', async () => {
    const running = await serve({ requests: { perSecond: 1e6, burst: 1e6 } });
    const observer = await watcher(running);
    const random = new Random(1000);
    let client = await connect(running);
    let [errors, cuts] = [0, 0];
    for (let i = 0; i < 1000; i++) {
      client.socket.send(malformed(random));
      if (i % 10 === 9) await handled(client);
      if (client.closed !== undefined) {
        errors += client.of('error').length;
        expect(client.closed).toEqual({ code: 1008, reason: expect.stringMatching(/^(malformed|too-fast)$/) });
        cuts++;
        client = await connect(running);
      }
      if (i % 50 === 0) running.cameras.observe('gate', i);
    }
    await handled(client);
    errors += client.of('error').length;
    running.cameras.observe('gate', 1000);
    await observer.until(() => observer.of('observation').at(-1)?.seq === 1000);
    expect(observer.of('observation')).toHaveLength(21);
    expect(observer.of('error')).toEqual([]);
    expect(running.cameras.listeners('gate')).toEqual([1, 0, 0]);
    expect(cuts).toBeGreaterThan(5);
    expect(errors).toBeGreaterThan(500);
    expect(running.cameras.webcams.size).toBe(0);
  });

  it.each([
    [
      'a text that is not UTF-8',
      1007,
      (socket: WebSocket) => socket.send(Uint8Array.of(0xff, 0xfe), { binary: false }),
    ],
    ['a message beyond 4 MiB', 1009, (socket: WebSocket) => socket.send(new Uint8Array(4 * 1024 * 1024 + 1))],
  ])('end the connection: %s', async (_, code, send) => {
    const running = await serve();
    const client = await connect(running);
    send(client.socket);
    await client.until(() => client.closed !== undefined);
    expect(client.closed!.code).toBe(code);
    expect((await fetch(running.at('/healthz'))).status).toBe(200);
  });

  it('that break the framing end their connection only', async () => {
    const running = await serve();
    const observer = await watcher(running);
    const random = new Random(5);
    for (let i = 0; i < 60; i++) {
      const socket = connectTcp(running.server.port, '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      const head = [
        'GET /api/v1/ws HTTP/1.1',
        `Host: 127.0.0.1:${running.server.port}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
      ];
      const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];
      socket.write(`${[...head, ...(i % 3 === 0 ? key.slice(0, 1) : key)].join('\r\n')}\r\n\r\n`);
      socket.write(Uint8Array.from({ length: 1 + random.below(300) }, () => random.below(256)));
      if (i % 2 === 0) socket.destroy();
      else {
        socket.resume();
        socket.end();
        await once(socket, 'close');
      }
    }
    running.cameras.observe('gate', 1);
    await observer.until(() => observer.of('observation').length === 1);
    expect(observer.closed).toBeUndefined();
  });

  it('too many good ones are refused by rate, then end the connection', async () => {
    const limits = { messages: { perSecond: 1, burst: 5 }, faults: { perSecond: 0, burst: 3 } };
    const running = await serve({ limits });
    const client = await connect(running);
    for (let i = 0; i < 9; i++) client.send({ type: 'subscribe', cameras: ['gate'] });
    await client.until(() => client.closed !== undefined);
    expect(client.of('error').map(({ code }) => code)).toEqual(['too-fast', 'too-fast', 'too-fast']);
    expect(client.closed).toEqual({ code: 1008, reason: 'too-fast' });
  });
});
