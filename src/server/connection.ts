import { performance } from 'node:perf_hooks';
import type { RawData, WebSocket } from 'ws';
import { LookoutError, messageOf } from '#core/errors.js';
import type { ErrorCode, ErrorMessage, PongMessage, Role } from '#core/message.js';
import { redact } from '#core/redact.js';
import type { Listener } from './feed.js';
import { FLOW_LIMITS, Flow, type FlowLimits } from './flow.js';
import type { Hub } from './hub.js';
import { Mailbox } from './mailbox.js';
import type { ServerMetrics } from './metrics.js';
import { type Parcel, textParcel, type VideoParcel } from './parcel.js';
import { readClientMessage } from './protocol.js';
import { Subscriptions } from './subscriptions.js';
import { TokenBucket } from './token-bucket.js';
import type { VideoQueueLimits } from './video-queue.js';
import { Webcams } from './webcams.js';

export interface ConnectionLimits {
  readonly flow: FlowLimits;
  readonly video?: VideoQueueLimits;
  /** Messages that a client may send; more are ignored, and far more end the connection. */
  readonly messages: { readonly perSecond: number; readonly burst: number };
  /** Faults (malformed or too fast) before a client is cut off. */
  readonly faults: { readonly perSecond: number; readonly burst: number };
  /** Longest text message, bytes. */
  readonly textBytes: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  flow: FLOW_LIMITS,
  messages: { perSecond: 120, burst: 240 },
  faults: { perSecond: 1, burst: 50 },
  textBytes: 64 * 1024,
};

interface Surroundings {
  readonly hub: Hub;
  readonly role: Role;
  readonly metrics: ServerMetrics;
  readonly limits?: Partial<ConnectionLimits>;
}

/** One client. Whatever it does or fails to do, nobody else notices. */
export class Connection implements Listener {
  readonly #limits: ConnectionLimits;
  readonly #flow: Flow;
  readonly #mailbox: Mailbox;
  readonly #subscriptions: Subscriptions;
  readonly #webcams: Webcams;
  readonly #messages: TokenBucket;
  readonly #faults: TokenBucket;

  constructor(
    private readonly socket: WebSocket,
    private readonly around: Surroundings,
  ) {
    const { hub, metrics } = around;
    const now = performance.now();
    this.#limits = { ...CONNECTION_LIMITS, ...around.limits };
    this.#flow = new Flow(this.#limits.flow, (id) => socket.ping(String(id)));
    this.#mailbox = new Mailbox({
      video: this.#limits.video,
      onDropped: (kind, count) => metrics.dropped(kind, count),
    });
    this.#subscriptions = new Subscriptions(hub, this, this.#mailbox);
    this.#webcams = new Webcams(hub.cameras);
    this.#messages = new TokenBucket(this.#limits.messages, now);
    this.#faults = new TokenBucket(this.#limits.faults, now);
    socket.on('message', (data, binary) => this.#received(data, binary));
    socket.on('pong', (data) => this.#answered(data));
    socket.on('close', () => this.#closed());
    // `close` follows each error, which concerns this client alone.
    socket.on('error', () => {});
  }

  put(parcel: Parcel | VideoParcel): void {
    this.#mailbox.put(parcel, performance.now());
    this.#pump();
  }

  attach(camera: string): void {
    this.#subscriptions.attach(camera);
  }

  detach(camera: string): void {
    this.#subscriptions.detach(camera);
  }

  /** Probes an idle client, cuts off a dead one. */
  beat({ mayCut }: { readonly mayCut: boolean }): void {
    const now = performance.now();
    if (mayCut && this.#flow.dead(now)) this.#cut('dead');
    else if (this.#flow.silence(now) === 0) this.#flow.probe(now);
    this.#pump();
  }

  end(code: number, reason: string): void {
    this.#closed();
    this.socket.close(code, reason);
    // A client that does not answer the goodbye is not waited for.
    const timer = setTimeout(() => this.socket.terminate(), 1000);
    timer.unref();
    this.socket.once('close', () => clearTimeout(timer));
  }

  #pump(): void {
    const now = performance.now();
    while (this.socket.readyState === this.socket.OPEN && this.#flow.open(now)) {
      const parcel = this.#mailbox.take(now);
      if (parcel === undefined) return;
      this.socket.send(parcel.bytes, { binary: parcel.binary }, () => {});
      this.around.metrics.sent(parcel.kind);
      this.#flow.sent(parcel.bytes.length, now);
    }
  }

  #answered(data: Buffer): void {
    this.#flow.pong(Number(data.toString('latin1')));
    this.#pump();
  }

  #received(data: RawData, binary: boolean): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    const bytes = Array.isArray(data) ? Buffer.concat(data) : (data as Buffer);
    if (!this.#messages.take(performance.now())) {
      this.#fault('too-fast', `at most ${this.#limits.messages.perSecond} messages a second`);
    } else if (binary) this.#attempt(() => this.#webcams.receive(bytes));
    else if (bytes.length > this.#limits.textBytes) this.#fault('malformed', 'the message is too long');
    else this.#told(bytes.toString('utf8'));
  }

  #told(text: string): void {
    const message = readClientMessage(text);
    if (typeof message === 'string') this.#fault('malformed', message);
    else if (message.type === 'subscribe' || message.type === 'unsubscribe') {
      for (const camera of this.#subscriptions.take(message)) {
        this.#complain('unknown-camera', `there is no camera ${camera}`, camera);
      }
    } else if (message.type === 'ping') {
      const pong: PongMessage = { type: 'pong', id: message.id, server_time: Date.now() };
      this.put(textParcel('control', pong));
    } else if (this.around.role !== 'admin') {
      this.#complain('forbidden', 'only admins may send a webcam', message.camera);
    } else if (message.type === 'publish') this.#attempt(() => this.#webcams.open(message.camera), message.camera);
    else this.#webcams.close(message.camera);
  }

  #attempt(work: () => void, camera?: string): void {
    try {
      work();
    } catch (error) {
      if (error instanceof LookoutError && error.kind === 'protocol') this.#fault('malformed', error.message);
      else
        this.#complain('rejected', error instanceof LookoutError ? redact(messageOf(error)) : 'internal error', camera);
    }
  }

  #fault(code: 'malformed' | 'too-fast', message: string): void {
    if (this.#faults.take(performance.now())) this.#complain(code, message);
    else if (this.socket.readyState === this.socket.OPEN) {
      this.around.metrics.cut(code);
      this.end(1008, code);
    }
  }

  #complain(code: ErrorCode, message: string, camera?: string): void {
    const error: ErrorMessage = { type: 'error', code, message, ...(camera !== undefined && { camera }) };
    this.put(textParcel('control', error));
  }

  #cut(reason: 'dead'): void {
    this.around.metrics.cut(reason);
    this.socket.terminate();
  }

  #closed(): void {
    this.#subscriptions.clear();
    this.#webcams.closeAll();
    this.around.hub.leave(this);
  }
}
