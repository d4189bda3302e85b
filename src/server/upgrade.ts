import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Gate } from './gate.js';
import type { Hub } from './hub.js';

/** Longest message that a client may send, bytes: a webcam's JPEG with room to spare. */
const MOST_BYTES = 4 * 1024 * 1024;
export const SOCKET_PATH = '/api/v1/ws';

interface Acceptance {
  readonly gate: Gate;
  readonly hub: Hub;
  readonly mostClients: number;
}

/** Lets WebSockets in: path, host, rate, origin and credentials are checked before the handshake. */
export function acceptSockets(server: Server, { gate, hub, mostClients }: Acceptance): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES, perMessageDeflate: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A peer that goes away in mid-handshake concerns nobody else.
    socket.on('error', () => socket.destroy());
    const path = /^[^?#]*/.exec(request.url ?? '')![0];
    if (path !== SOCKET_PATH) return refuse(socket, 404, `the WebSocket is at ${SOCKET_PATH}`);
    const role = gate.admit(request.headers, request.socket.remoteAddress, true);
    if (typeof role === 'object') return refuse(socket, role.status, role.message);
    if (role === undefined) return refuse(socket, 401, 'a login is needed');
    if (hub.size >= mostClients) return refuse(socket, 503, 'too many clients');
    sockets.handleUpgrade(request, socket, head, (client) => hub.join(client, role));
    return undefined;
  });
  return sockets;
}

function refuse(socket: Duplex, status: number, message: string): void {
  const body = JSON.stringify({ error: { status, message } });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
