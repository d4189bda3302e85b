import { createServer, isIP, type Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import { SourceError } from '#core/source-error.js';
import type { Connect } from './checked-connect.js';
import { join, type LoopbackServer, onLoopback } from './loopback-server.js';
import { RtspReplies } from './rtsp-replies.js';

export interface RtspRelayOptions {
  /** Of the source, for people. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly connect: Connect;
  readonly failed: (error: unknown) => void;
}

/**
 * Stands between one child of ffmpeg and one RTSP server: every connection goes to this server, whatever it answers. ffmpeg
 * would follow its redirects to anywhere, so that a redirect ends the connection. TLS ends here, else they could not be seen.
 *
 * Requests go on as they are: they name the relay's address, as those that come through a forwarded port name the router's. A
 * digest (RFC 2617, 3.2.2.5) is of the address that is asked for, and would be wrong if that were written anew.
 */
export function rtspRelay(options: RtspRelayOptions): Promise<LoopbackServer> {
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
    client.on('error', () => undefined);
    relay(client, options).catch((error: unknown) => {
      options.failed(error);
      client.destroy();
    });
  });
  return onLoopback(server);
}

async function relay(client: Socket, { name, host, port, tls, connect, failed }: RtspRelayOptions): Promise<void> {
  const plain = await connect(host, port);
  // As ffmpeg does by itself: cameras sign their own certificates.
  const server = tls
    ? startTls({ socket: plain, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) })
    : plain;
  join(client, server);
  const replies = new RtspReplies();
  server.on('data', (chunk: Buffer) => {
    if (replies.redirects(chunk)) {
      failed(new SourceError('forbidden', `${name}: it sends on to another address; add that one, if it is meant`));
      client.destroy();
    } else if (!client.write(chunk)) server.pause();
  });
  client.on('drain', () => server.resume());
  client.pipe(server);
  client.resume();
}
