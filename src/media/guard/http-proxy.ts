import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { bareHost } from '#core/host.js';
import { SourceError } from '#core/source-error.js';
import { portOf } from '../location.js';
import type { Connect } from './checked-connect.js';
import { join, type LoopbackServer, onLoopback } from './loopback-server.js';

/** They concern one connection, not the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP = /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

export interface HttpProxyOptions {
  /** Of the source, for people. */
  readonly name: string;
  readonly connect: Connect;
  /** Whether http without TLS may be used. */
  readonly isPlainOpen: boolean;
  readonly failed: (error: unknown) => void;
}

/**
 * A forward proxy for one child of ffmpeg. Everything that it opens comes through here, one connection each: the source,
 * redirects, playlists and their segments, plain (`GET http://...`) and with TLS (`CONNECT`, whose contents stay secret).
 */
export function httpProxy({ name, connect, isPlainOpen, failed }: HttpProxyOptions): Promise<LoopbackServer> {
  const plain: Connect = async (host, port) => {
    if (isPlainOpen) return connect(host, port);
    const error = new SourceError('forbidden', `${name}: it leads to http://${host}, and http is not open to the page`);
    failed(error);
    throw error;
  };
  const server = createServer({ requestTimeout: 0 }, (request, response) => void forward(request, response, plain));
  server.on('connect', (request: IncomingMessage, client: Socket) => void tunnel(request, client, connect));
  return onLoopback(server);
}

async function forward(request: IncomingMessage, response: ServerResponse, connect: Connect): Promise<void> {
  try {
    const url = new URL(request.url!);
    const socket = await connect(bareHost(url.hostname), portOf(url)!);
    if (response.destroyed) return void socket.destroy(); // who asked is gone
    const sent = send({
      createConnection: () => socket,
      ...{ method: request.method, path: url.pathname + url.search, headers: kept(request.rawHeaders) },
      insecureHTTPParser: true, // as forgiving as ffmpeg: cameras are old
    });
    response.once('close', () => sent.destroy());
    sent.once('error', () => response.destroy());
    sent.once('response', (answer) => {
      response.writeHead(answer.statusCode!, answer.statusMessage, kept(answer.rawHeaders));
      response.flushHeaders();
      pipeline(answer, response, () => undefined);
    });
    request.pipe(sent);
  } catch (error) {
    response.writeHead(statusOf(error), { 'Content-Length': 0, Connection: 'close' }).end();
  }
}

async function tunnel(request: IncomingMessage, client: Socket, connect: Connect): Promise<void> {
  client.on('error', () => undefined);
  try {
    const url = new URL(`https://${request.url}`);
    const upstream = await connect(bareHost(url.hostname), portOf(url)!);
    join(client, upstream);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    client.pipe(upstream).pipe(client);
  } catch (error) {
    client.end(`HTTP/1.1 ${statusOf(error)} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  }
}

/** Names and values in turn, as they were written. */
function kept(raw: readonly string[]): string[] {
  return raw.filter((_, at) => !HOP_BY_HOP.test(raw[at - (at % 2)]!));
}

function statusOf(error: unknown): number {
  if (!(error instanceof SourceError)) return 400;
  return error.fault === 'forbidden' ? 403 : 502;
}
