import type { Socket } from 'node:net';
import { catchError, Observable, type Subscriber } from 'rxjs';
import { SourceError } from '#core/source-error.js';
import type { SourceRules } from '#core/source-rules.js';
import type { BufferPool } from '../buffer-pool.js';
import { type FfmpegChild, start } from '../ffmpeg-child.js';
import { ffmpegVersion } from '../ffmpeg-version.js';
import { openPipe } from '../frame-pipe.js';
import { type Guard, openGuard } from '../guard/guard.js';
import type { Turn } from '../h264/fmp4.js';
import { type Location, locate } from '../location.js';
import type { NutStream } from '../nut-headers.js';
import { NutReader, type NutSink } from '../nut-reader.js';
import { probe } from '../probe.js';
import { sourceFault } from '../source-fault.js';
import { watchStall } from '../stall-watch.js';
import { track } from './children.js';
import { CLOCK_OFFSET_SECONDS, type LiveOptions, liveCommand } from './live-command.js';

/** What comes from a live source. Times are seconds on the source's own clock, the same for packets and frames. */
export type LiveEvent =
  /** What the source is, once, before its first packet. `turn`: frames are turned clockwise already, packets are not. */
  | { readonly kind: 'stream'; readonly stream: NutStream; readonly turn: Turn }
  /** A coded picture, untouched. */
  | { readonly kind: 'packet'; readonly data: Uint8Array; readonly pts: number; readonly isKey: boolean }
  /** A decoded picture in the model's input: uint8 [3, H, W], from the pool. */
  | { readonly kind: 'frame'; readonly data: Uint8Array<ArrayBuffer>; readonly pts: number };

export interface LiveSourceOptions extends LiveOptions {
  readonly pool: BufferPool;
  /** Time without a packet or a frame after which the source counts as stalled, ms. */
  readonly stallTimeoutMs: number;
  /** The source was chosen by somebody who may open what these allow, and nothing that it leads to beyond. */
  readonly rules?: SourceRules;
}

/**
 * One connection to a camera, a broadcast or a file that is played in real time. Errors with the fault that ended it,
 * completes when the source ended well. Unsubscribing ends the child; `liveSourcesEnded` waits for it.
 */
export function liveSource(source: string, options: LiveSourceOptions): Observable<LiveEvent> {
  return connected(source, options).pipe(
    catchError((error: unknown) => {
      if (error !== CLOCKLESS) throw error;
      return connected(source, { ...options, clockless: true });
    }),
  );
}

/** Pictures in a row over HTTP bear no times, so that ffmpeg makes some up: they are read again with those of their arrival. */
const CLOCKLESS = Symbol('clockless');
const JPEG = /^(mjpe?g|jpeg)$/i;

function connected(source: string, options: LiveSourceOptions): Observable<LiveEvent> {
  return new Observable((subscriber) => {
    const connection = new Connection(locate(source), options, subscriber);
    const running = connection.run();
    running.then(
      () => subscriber.complete(),
      (error) => subscriber.error(error),
    );
    track(running);
    return () => connection.stop();
  });
}

class Connection {
  #location: Location;
  readonly #options: LiveSourceOptions;
  readonly #subscriber: Subscriber<LiveEvent>;
  readonly #sockets: Socket[] = [];
  #child: FfmpegChild | undefined;
  #guard: Guard | undefined;
  #turn: Turn = 0;
  #received = 0;
  #stopped = false;
  #failure: unknown;

  constructor(location: Location, options: LiveSourceOptions, subscriber: Subscriber<LiveEvent>) {
    this.#location = location;
    this.#options = options;
    this.#subscriber = subscriber;
  }

  stop(): void {
    this.#stopped = true;
    for (const socket of this.#sockets) socket.destroy();
    void this.#child?.stop();
  }

  /** Settles once the child is gone. @throws SourceError */
  async run(): Promise<void> {
    const { rules } = this.#options;
    if (rules) this.#guard = await openGuard(this.#location, rules);
    this.#location = this.#guard?.location ?? this.#location;
    try {
      await this.#read();
    } finally {
      this.#guard?.close();
    }
  }

  async #read(): Promise<void> {
    const version = await ffmpegVersion();
    const { remote, device, name } = this.#location;
    const { format, env } = this.#guard ?? {};
    if (!remote && !device) this.#turn = (await probe(name, { ...(format && { format }) })).rotation;
    if (this.#stopped) return;
    const guarded = this.#guard && { format, rtspTransport: 'tcp' as const };
    const { command, script } = liveCommand(this.#location, version, { ...this.#options, ...guarded });
    const frames = (this.#options.analyse ?? true) ? await this.#pipe(this.#frameSink()) : undefined;
    const packets = await this.#pipe(this.#packetSink());
    const input = script === undefined ? 'ignore' : 'pipe';
    try {
      this.#child = await start(command, [input, frames ?? 'ignore', 'pipe', packets], { stdin: script, env });
    } finally {
      frames?.destroy();
      packets.destroy();
    }
    const endWatch = this.#watch(this.#child);
    try {
      if (this.#stopped) await this.#child.stop();
      const { code, signal, stderr } = await this.#child.exited;
      if (this.#failure) throw this.#failure;
      if (this.#stopped) return;
      if (signal) throw new SourceError('decoder-died', `${name}: ffmpeg was killed by ${signal}`);
      if (this.#guard?.fault) throw this.#guard.fault;
      if (code !== 0) throw sourceFault(name, stderr, 'decoder-died');
      throw new SourceError('ended', `${name}: the source ended`);
    } finally {
      endWatch();
      for (const socket of this.#sockets) socket.destroy();
    }
  }

  /** A pipe whose reading end feeds a NUT reader; gives the end for the child. */
  async #pipe(sink: NutSink): Promise<Socket> {
    const reader = new NutReader(sink);
    const { read, write } = await openPipe({
      place: () => reader.place(),
      advance: (count) => {
        this.#received += count;
        try {
          reader.advance(count);
        } catch (error) {
          this.#fail(error);
        }
        return true;
      },
    });
    read.on('error', () => undefined);
    read.resume();
    this.#sockets.push(read);
    return write;
  }

  #frameSink(): NutSink {
    const { pool } = this.#options;
    return {
      allocate: (bytes) => pool.take(bytes),
      frame: (data, ticks, { num, den }) => {
        this.#subscriber.next({ kind: 'frame', data, pts: seconds(ticks, num, den) });
        return true;
      },
    };
  }

  #packetSink(): NutSink {
    return {
      allocate: (bytes) => new Uint8Array(bytes),
      stream: (stream) => {
        const { clockless } = this.#options;
        const isJpegOverHttp = this.#location.scheme.startsWith('http') && JPEG.test(stream.fourcc);
        if (isJpegOverHttp && !clockless) this.#fail(CLOCKLESS);
        else this.#subscriber.next({ kind: 'stream', stream, turn: this.#turn });
      },
      frame: (data, ticks, { num, den }, isKey) => {
        if (this.#failure) return true;
        this.#subscriber.next({ kind: 'packet', data, pts: seconds(ticks, num, den), isKey });
        return true;
      },
    };
  }

  #watch(child: FfmpegChild): () => void {
    const { stallTimeoutMs } = this.#options;
    const message = `${this.#location.name}: nothing came for ${stallTimeoutMs / 1000} s`;
    return watchStall({
      child,
      timeoutMs: stallTimeoutMs,
      waiting: () => true,
      received: () => this.#received,
      onStall: () => this.#fail(new SourceError('stalled', message)),
    });
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    void this.#child?.stop();
  }
}

/** Rounded to microseconds, as everywhere. */
function seconds(ticks: number, num: number, den: number): number {
  return Math.round(((ticks * num) / den - CLOCK_OFFSET_SECONDS) * 1e6) / 1e6;
}
