import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import type { SourceFault } from '#core/source-error.js';
import { SourceError } from '#core/source-error.js';
import { reachedAgain } from '#media/knock.js';
import { SOURCE_POLICY, sourceRules } from '#server/source-policy.js';

setFlagsFromString('--expose-gc');
/** Signals that only a collector ends are none. */
const collect = runInNewContext('gc') as () => void;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that counts who comes, and answers while `speaks` says so. */
async function door(
  port = 0,
  speaks = () => true,
): Promise<{ readonly port: number; readonly visits: () => number; close(): Promise<void> }> {
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    socket.on('error', () => undefined).on('data', () => speaks() && socket.write('RTSP/1.0 401 Unauthorized\r\n\r\n'));
  });
  servers.push(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, visits: () => visits, close };
}

/** Counts the words of a knocker, until it is told to stop. */
function knocking(source: string, fault: SourceFault | undefined, rules = sourceRules(SOURCE_POLICY), isPage = false) {
  const error = fault && new SourceError(fault, 'x');
  let said = 0;
  const subscription = reachedAgain(source, { error, ...(isPage && { rules }) }).subscribe(() => {
    said += 1;
  });
  return { said: () => said, stop: () => subscription.unsubscribe() };
}

describe('a camera that was away', () => {
  it.each(['refused', 'ended', 'timeout', 'unreachable', 'stalled', undefined] as const)(
    'is found within a second or so when it is back (%s)',
    async (fault) => {
      const before = await door();
      await before.close();
      const knocks = knocking(`http://127.0.0.1:${before.port}/1`, fault);
      await pause(1000);
      expect(knocks.said()).toBe(0);
      const { visits } = await door(before.port);
      await expect.poll(knocks.said, { timeout: 20_000 }).toBe(1);
      knocks.stop();
      expect(visits()).toBe(1);
    },
  );

  it('is found at the first knock where it refused itself', async () => {
    const { port } = await door();
    const knocks = knocking(`rtsp://user:secret@127.0.0.1:${port}/1`, 'refused');
    await expect.poll(knocks.said, { timeout: 20_000 }).toBe(1);
    knocks.stop();
  });
});

describe('a camera that stands still', () => {
  it('is found when it answers again, although its system took connections all the time', async () => {
    let isAwake = false;
    const { port, visits } = await door(0, () => isAwake);
    const knocks = knocking(`rtsp://user:secret@127.0.0.1:${port}/1`, 'stalled');
    const knocked = () => {
      collect();
      return visits();
    };
    await expect.poll(knocked, { timeout: 20_000 }).toBeGreaterThan(2);
    expect(knocks.said()).toBe(0);
    isAwake = true;
    await expect.poll(knocks.said, { timeout: 20_000 }).toBe(1);
    knocks.stop();
  });
});

describe('nothing is said, and there is no end of the wait,', () => {
  it.each([
    ['of a camera that ends again and again, but is there', 'rtsp', 'ended', 1],
    ['of a broadcast whose segments are refused elsewhere', 'http', 'refused', 1],
    ['of a wrong password', 'rtsp', 'auth', 0],
    ['of a source that is not open', 'rtsp', 'forbidden', 0],
    ['of a camera without a port', 'udp', 'refused', 0],
  ] as const)('%s', async (_, scheme, fault, visits) => {
    const camera = await door();
    const knocks = knocking(`${scheme}://127.0.0.1:${camera.port}/1`, fault);
    if (visits > 0) await expect.poll(camera.visits, { timeout: 20_000 }).toBe(visits);
    await pause(1800);
    knocks.stop();
    expect([knocks.said(), camera.visits()]).toEqual([0, visits]);
  });

  it('of a file', () => {
    expect(knocking('/tmp/clip.mp4', 'ended').said()).toBe(0);
  });

  it('of a network that is not open to the page, nor is it knocked at', async () => {
    const camera = await door();
    const knocks = knocking(`rtsp://127.0.0.1:${camera.port}/1`, 'refused', sourceRules(SOURCE_POLICY), true);
    await pause(1800);
    knocks.stop();
    expect([knocks.said(), camera.visits()]).toEqual([0, 0]);
  });

  it('once nobody waits any more', async () => {
    const before = await door();
    await before.close();
    const knocks = knocking(`rtsp://127.0.0.1:${before.port}/1`, 'ended');
    knocks.stop();
    const { visits } = await door(before.port);
    await pause(1500);
    expect([knocks.said(), visits()]).toEqual([0, 0]);
  });
});
