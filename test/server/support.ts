import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Logger } from '#core/logger.js';
import type { ServerMessage } from '#core/message.js';
import type { VideoPiece } from '#core/video.js';
import { decodeVideo } from '#core/video-message.js';
import { Metrics } from '#server/metrics.js';
import { type RunningServer, type ServerOptions, startServer } from '#server/server.js';
import { FakeCameras } from './fake-cameras.js';

export const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface Running {
  readonly server: RunningServer;
  readonly cameras: FakeCameras;
  readonly metrics: Metrics;
  /** A URL on the server. */
  at(path: string): string;
}

const running: RunningServer[] = [];
const clients: Client[] = [];

/** A server on a free port, with the cameras `gate` and `yard`. */
export async function serve(options: Partial<ServerOptions> = {}): Promise<Running> {
  const cameras = (options.cameras as FakeCameras) ?? new FakeCameras('gate', 'yard');
  const metrics = options.metrics ?? new Metrics({ version: '1.2.3' });
  const server = await startServer({ cameras, metrics, version: '1.2.3', logger: quiet, port: 0, ...options });
  running.push(server);
  return { server, cameras, metrics, at: (path) => new URL(path, server.url).href };
}

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const client of clients.splice(0)) client.socket.terminate();
  await Promise.all(running.splice(0).map((server) => server.close()));
}

/** A WebSocket client that keeps all it gets and lets a test wait for a certain message. */
export class Client {
  readonly messages: ServerMessage[] = [];
  readonly pieces: VideoPiece[] = [];
  #looking = new Set<() => void>();
  closed: { code: number; reason: string } | undefined;

  constructor(readonly socket: WebSocket) {
    clients.push(this);
    socket.on('error', () => {});
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (binary) this.pieces.push(decodeVideo(data));
      else this.messages.push(JSON.parse(data.toString()));
      this.#look();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#look();
    });
  }

  /** Resolves as soon as the condition holds, checked at each message. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#looking.add(resolve));
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  of<T extends ServerMessage['type']>(type: T): Extract<ServerMessage, { type: T }>[] {
    return this.messages.filter((message) => message.type === type) as Extract<ServerMessage, { type: T }>[];
  }

  /** Resolves when the server has handled all that was sent so far: it answers pings in order. */
  async settled(): Promise<void> {
    const answer = once(this.socket, 'pong');
    this.socket.ping();
    await answer;
  }

  #look(): void {
    for (const resolve of this.#looking) resolve();
    this.#looking.clear();
  }
}

/** Connects and waits for the greeting. */
export async function connect(
  { at }: Pick<Running, 'at'>,
  options: { headers?: Record<string, string>; autoPong?: boolean; ca?: Buffer } = {},
): Promise<Client> {
  const client = new Client(new WebSocket(at('/api/v1/ws').replace(/^http/, 'ws'), options));
  await client.until(() => client.messages.length > 0 || client.closed !== undefined);
  return client;
}

/** The status with which a WebSocket handshake is refused, or 101. */
export function handshake(url: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode!);
      socket.terminate();
    });
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('error', () => {});
  });
}
