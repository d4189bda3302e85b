import type { AddressInfo, Server, Socket } from 'node:net';

/** A server for one child on this machine. */
export interface LoopbackServer {
  readonly port: number;
  /** Ends it and all of its connections. */
  close(): void;
}

/** Listens on a free port of 127.0.0.1. */
export async function onLoopback(server: Server): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Two connections become one: what comes from either goes to the other, and they end together. */
export function join(a: Socket, b: Socket): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    if (from.destroyed) to.destroy();
  }
}
