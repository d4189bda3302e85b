import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A web server that serves one client at a time, as small cameras do: whoever comes meanwhile is turned away. */
export interface OneClientServer {
  url(path: string, credentials?: string): string;
  /** Connections so far. */
  readonly connections: number;
  /** Those that were turned away. */
  readonly refused: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Tears all connections. */
  tear(): void;
}

/** Ends with the test. */
export async function oneClientServer(answer: RequestListener): Promise<OneClientServer> {
  let [connections, refused, open] = [0, 0, 0];
  const server = createServer((request, response) => {
    response.setHeader('Connection', 'close');
    answer(request, response);
  });
  server.on('connection', (socket) => {
    connections += 1;
    if (open > 0) {
      refused += 1;
      socket.resetAndDestroy();
      return;
    }
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (path, credentials) => `http://${credentials ? `${credentials}@` : ''}127.0.0.1:${port}${path}`,
    get connections() {
      return connections;
    },
    get refused() {
      return refused;
    },
    get open() {
      return open;
    },
    tear: () => server.closeAllConnections(),
  };
}
