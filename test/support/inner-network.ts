import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';

/** What must not be reached: a server at another address of this machine, which counts who comes. */
export interface InnerServer {
  /** Its host and port. */
  readonly authority: string;
  readonly port: number;
  /** Connections so far. */
  readonly visits: number;
  close(): void;
}

export const INNER_ADDRESS = '127.0.0.2';

export async function innerServer(): Promise<InnerServer> {
  let visits = 0;
  const server = createTcp((socket) => {
    visits += 1;
    socket.destroy();
  });
  server.listen(0, INNER_ADDRESS);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    authority: `${INNER_ADDRESS}:${port}`,
    port,
    get visits() {
      return visits;
    },
    close: () => server.close(),
  };
}

/** A web server at 127.0.0.1. */
export async function webServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly port: number; readonly server: Server; close(): void }> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { server, port: (server.address() as AddressInfo).port, close };
}

/** An RTSP server at 127.0.0.1 that sends everybody who asks for a description to another address. */
export async function sendingOn(target: string): Promise<{ readonly port: number; close(): void }> {
  const server = createTcp((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const sequence = /^CSeq: *(\d+)/im.exec(String(bytes))?.[1] ?? '1';
      const isDescribe = String(bytes).startsWith('DESCRIBE');
      const status = isDescribe ? `302 Moved\r\nLocation: ${target}` : '200 OK\r\nPublic: DESCRIBE, SETUP, PLAY';
      socket.write(`RTSP/1.0 ${status}\r\nCSeq: ${sequence}\r\n\r\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
