import { performance } from 'node:perf_hooks';
import type { WebSocket } from 'ws';
import type { CameraPort } from '#core/camera-port.js';
import { type CameraMessage, cameraRecord, type HelloMessage, PROTOCOL, type Role } from '#core/message.js';
import { Connection, type ConnectionLimits } from './connection.js';
import { Feed, type FeedKind, type Listener } from './feed.js';
import type { ServerMetrics } from './metrics.js';
import { type Parcel, textParcel } from './parcel.js';

export interface HubOptions {
  readonly cameras: CameraPort;
  readonly version: string;
  readonly metrics: ServerMetrics;
  readonly limits?: Partial<ConnectionLimits>;
  /** How often idle clients are probed and dead ones cut off, ms. */
  readonly heartbeatMs?: number;
}

const HEARTBEAT_MS = 2000;

/** Everybody who is connected, and what they listen to. */
export class Hub {
  readonly #clients = new Set<Connection>();
  readonly #feeds = new Map<string, Feed>();
  readonly #heartbeat: NodeJS.Timeout;
  #beatAt = performance.now();
  readonly #stopStatus: () => void;

  constructor(private readonly options: HubOptions) {
    this.#stopStatus = options.cameras.onStatus((camera, status) => {
      if (status === undefined) this.#removed(camera);
      else this.#changed(textParcel('camera', { type: 'camera', ...cameraRecord(status) }, { camera }));
    });
    const everyMs = options.heartbeatMs ?? HEARTBEAT_MS;
    this.#heartbeat = setInterval(() => this.#beat(everyMs), everyMs);
    this.#heartbeat.unref();
  }

  get size(): number {
    return this.#clients.size;
  }

  get cameras(): CameraPort {
    return this.options.cameras;
  }

  /** Takes a connected socket in and greets it. */
  join(socket: WebSocket, role: Role): Connection {
    const { cameras, version, metrics, limits } = this.options;
    const connection = new Connection(socket, { hub: this, role, metrics, limits });
    this.#clients.add(connection);
    metrics.clients(this.#clients.size);
    const hello: HelloMessage = {
      type: 'hello',
      protocol: PROTOCOL,
      version,
      role,
      server_time: Date.now(),
      cameras: cameras.list().map(cameraRecord),
    };
    connection.put(textParcel('control', hello));
    return connection;
  }

  leave(connection: Connection): void {
    if (this.#clients.delete(connection)) this.options.metrics.clients(this.#clients.size);
  }

  listen(camera: string, kind: FeedKind, listener: Listener): void {
    const feed = this.#feeds.get(camera) ?? new Feed(camera, this.options.cameras);
    this.#feeds.set(camera, feed);
    feed.add(kind, listener);
  }

  unlisten(camera: string, kind: FeedKind, listener: Listener): void {
    const feed = this.#feeds.get(camera);
    feed?.remove(kind, listener);
    if (feed?.idle) this.#feeds.delete(camera);
  }

  /** Says goodbye to everybody and stops listening. */
  close(): void {
    clearInterval(this.#heartbeat);
    this.#stopStatus();
    for (const client of [...this.#clients]) client.end(1001, 'the server is going away');
    for (const feed of this.#feeds.values()) feed.close();
    this.#feeds.clear();
  }

  #changed(parcel: Parcel): void {
    for (const client of this.#clients) {
      client.put(parcel);
      client.attach(parcel.camera);
    }
  }

  #removed(camera: string): void {
    this.#feeds.get(camera)?.close();
    this.#feeds.delete(camera);
    const message: CameraMessage = {
      type: 'camera',
      camera,
      epoch: 0,
      seq: null,
      pts: null,
      captured_at: null,
      source: '',
      state: 'ended',
      message: 'removed',
      since: Date.now(),
      removed: true,
    };
    const parcel = textParcel('camera', message, { camera });
    for (const client of this.#clients) {
      client.detach(camera);
      client.put(parcel);
    }
  }

  /** After a standstill of our own (a stopped process, a sleeping machine) the answers of the clients are still unread. */
  #beat(everyMs: number): void {
    const now = performance.now();
    const stoodStill = now - this.#beatAt > 3 * everyMs + 100;
    this.#beatAt = now;
    for (const client of [...this.#clients]) client.beat({ mayCut: !stoodStill });
  }
}
