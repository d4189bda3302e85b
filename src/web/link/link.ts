import type { ClientMessage, ServerMessage } from '#core/message.js';
import type { VideoPiece } from '#core/video.js';
import { decodeVideo } from '#core/video-message.js';
import { backoffMs } from './backoff.js';
import { ServerClock } from './clock.js';

/** Whether the server is there. `lost`: since when, and when the next try begins (`performance.now()`). */
export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly since: number; readonly retryAt: number };

export interface LinkEvents {
  state(state: LinkState): void;
  message(message: ServerMessage): void;
  piece(piece: VideoPiece): void;
}

const PING_EVERY_MS = 2000;
/** A connection that says nothing for so long is dead, whatever the browser believes. */
const DEAD_AFTER_MS = 7000;

/** The one connection to the server: comes back by itself, never gives up, knows the server's clock. */
export class Link {
  readonly clock = new ServerClock();
  state: LinkState = { kind: 'connecting' };
  #socket: WebSocket | undefined;
  #failures = 0;
  #lostAt: number | undefined;
  #heardAt = 0;
  #pings = new Map<number, number>();
  #lastPing = 0;
  #retry: number | undefined;

  constructor(
    private readonly url: string,
    private readonly events: LinkEvents,
  ) {
    setInterval(() => this.#beat(), PING_EVERY_MS);
    addEventListener('online', () => this.retryNow());
    addEventListener('pageshow', (event) => event.persisted && this.retryNow());
  }

  connect(): void {
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#heardAt = performance.now();
    this.#pings.clear();
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#received(data);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
  }

  /** Sends now or never: what was not sent is sent anew after the next greeting by whoever needs it. */
  send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Sends bytes unless too much waits already; returns whether it did. */
  sendBytes(bytes: Uint8Array<ArrayBuffer>, mostWaitingBytes: number): boolean {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > mostWaitingBytes) return false;
    socket.send(bytes);
    return true;
  }

  retryNow(): void {
    if (this.state.kind !== 'lost') return;
    clearTimeout(this.#retry);
    this.connect();
  }

  #received(data: string | ArrayBuffer): void {
    const now = performance.now();
    this.#heardAt = now;
    if (typeof data !== 'string') {
      this.events.piece(decodeVideo(new Uint8Array(data)));
      return;
    }
    const message = JSON.parse(data) as ServerMessage;
    if (message.type === 'pong') this.#ponged(message.id, message.server_time, now);
    else if (message.type === 'hello') this.#greeted(message, now);
    else this.events.message(message);
  }

  #greeted(message: Extract<ServerMessage, { type: 'hello' }>, now: number): void {
    this.#failures = 0;
    this.#lostAt = undefined;
    this.clock.greeted(now, message.server_time);
    this.#ping();
    this.events.message(message);
    this.#become({ kind: 'open' });
  }

  #ponged(id: number, serverTime: number, now: number): void {
    const askedAt = this.#pings.get(id);
    this.#pings.delete(id);
    if (askedAt !== undefined) this.clock.answered(askedAt, now, serverTime);
  }

  #ping(): void {
    this.#lastPing += 1;
    this.#pings.set(this.#lastPing, performance.now());
    this.send({ type: 'ping', id: this.#lastPing });
  }

  #beat(): void {
    if (this.#socket === undefined) return;
    if (performance.now() - this.#heardAt > DEAD_AFTER_MS) this.#lost();
    else this.#ping();
  }

  #lost(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    const now = performance.now();
    this.#lostAt ??= now;
    const waitMs = backoffMs(this.#failures);
    this.#failures += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.connect(), waitMs);
    this.#become({ kind: 'lost', since: this.#lostAt, retryAt: now + waitMs });
    void this.#checkLogin();
  }

  /** A handshake does not say why it was refused; a request does. */
  async #checkLogin(): Promise<void> {
    const answer = await fetch('/api/v1/about', { cache: 'no-store' }).catch(() => undefined);
    if (answer?.status === 401) location.assign('/login');
  }

  #become(state: LinkState): void {
    this.state = state;
    this.events.state(state);
  }
}
