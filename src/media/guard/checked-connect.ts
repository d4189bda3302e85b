import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { SourceFault } from '#core/source-error.js';
import { SourceError } from '#core/source-error.js';

/** Opens a connection to a host, by name or address. @throws SourceError */
export type Connect = (host: string, port: number, signal?: AbortSignal) => Promise<Socket>;

export interface CheckedConnectOptions {
  /** Of the source, for people. */
  readonly name: string;
  readonly isOpen: (address: string) => boolean;
  /** All addresses of a name; the system's resolver by default. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

const FAULTS: Readonly<Record<string, SourceFault>> = { ECONNREFUSED: 'refused', ETIMEDOUT: 'timeout' };

/**
 * Connects to open addresses only. A name is resolved once for each connection, which then goes to one of the very addresses
 * that were judged: a name that answers otherwise the next time (DNS rebinding) gains nothing. A name with a closed address
 * among others is closed.
 */
export function checkedConnect({ name, isOpen, resolve = addressesOf }: CheckedConnectOptions): Connect {
  return async (host, port, signal) => {
    const addresses = await resolve(host).catch(() => []);
    if (addresses.length === 0) throw new SourceError('unreachable', `${name}: the host ${host} is not known`);
    if (!addresses.every(isOpen)) {
      const fix = 'name its network under server.networks in the configuration, if it is to be open';
      throw new SourceError('forbidden', `${name}: it leads to ${host}:${port}, which is not open to the page; ${fix}`);
    }
    let failure: unknown;
    for (const address of addresses) {
      signal?.throwIfAborted();
      const socket = connect({ host: address, port, noDelay: true }).on('error', () => undefined);
      try {
        await once(socket, 'connect', signal && { signal });
        return socket;
      } catch (error) {
        socket.destroy();
        failure = error;
      }
    }
    const { code = 'unknown' } = failure as NodeJS.ErrnoException;
    const advice = 'check host and port, and that the device is on';
    throw new SourceError(
      FAULTS[code] ?? 'unreachable',
      `${name}: ${host}:${port} cannot be reached (${code}); ${advice}`,
    );
  };
}

async function addressesOf(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
