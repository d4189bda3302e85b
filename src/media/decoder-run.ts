import type { Socket } from 'node:net';
import { SourceError } from '#core/source-error.js';
import type { DecodeCommand } from './decode-command.js';
import { type Exit, type FfmpegChild, start } from './ffmpeg-child.js';
import { openPipe } from './frame-pipe.js';
import { NutReader, type NutSink } from './nut-reader.js';
import type { Rational } from './rational.js';
import { watchStall } from './stall-watch.js';

/** A frame as it comes out of the pipe. */
export interface Decoded {
  readonly data: Uint8Array<ArrayBuffer>;
  /** Seconds on the source's clock, rounded to microseconds as ffprobe prints them. */
  readonly pts: number;
  /** The same time, exactly, in ticks of the source's time base. */
  readonly ticks: number;
}

export interface DecoderRunOptions {
  /** The source's name, for errors. */
  readonly source: string;
  readonly stallTimeoutMs: number;
  readonly allocate: (bytes: number) => Uint8Array<ArrayBuffer>;
  /** Where in the buffer a frame's bytes go, in their order. */
  readonly parts?: (data: Uint8Array<ArrayBuffer>) => readonly Uint8Array[];
  /** Takes what the command writes to descriptor 3 as NUT, where it does; it is never held up. */
  readonly packets?: NutSink;
  readonly frame: (decoded: Decoded) => void;
  /** False: no more frames for now, the child is stopped by its full pipe. */
  readonly wanting: () => boolean;
  /** True: somebody waits for a frame. */
  readonly starving: () => boolean;
}

/** One ffmpeg child from its start to its end, and the reading of its pipe. */
export class DecoderRun {
  readonly #command: DecodeCommand;
  readonly #options: DecoderRunOptions;
  readonly #reader: NutReader;
  #socket: Socket | undefined;
  #packets: Socket | undefined;
  #child: FfmpegChild | undefined;
  #received = 0;
  /** The head of the packets is still to come. */
  #headDue: boolean;
  #stopped = false;
  #failure: unknown;

  constructor(command: DecodeCommand, options: DecoderRunOptions) {
    this.#command = command;
    this.#options = options;
    this.#headDue = options.packets !== undefined;
    this.#reader = new NutReader({
      allocate: options.allocate,
      ...(options.parts && { parts: options.parts }),
      frame: (data, ticks, timeBase) => this.#take(data, ticks, timeBase),
    });
  }

  /** True when the stream did not end inside a frame. */
  get whole(): boolean {
    return this.#reader.complete;
  }

  /** Reads on after a pause. */
  resume(): void {
    if (this.#options.wanting()) this.#socket?.resume();
  }

  /** Ends the child early. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#socket?.destroy();
    await this.#child?.stop();
  }

  /**
   * Starts the child and waits for its end and for the last of its frames.
   * @throws SourceError `stalled`, or what the reader found wrong; LookoutError kind `config` without ffmpeg
   */
  async finish(): Promise<Exit> {
    const { read, write } = await openPipe({
      place: () => this.#reader.place(),
      advance: (count) => this.#advance(count),
    });
    this.#socket = read;
    const packets = await this.#packetPipe();
    try {
      const { command, stdin } = this.#command;
      const input = stdin === undefined ? 'ignore' : 'pipe';
      this.#child = await start(command, [input, write, 'pipe', ...(packets ? [packets] : [])], { stdin });
    } catch (error) {
      read.destroy();
      this.#packets?.destroy();
      throw error;
    } finally {
      write.destroy();
      packets?.destroy();
    }
    const endWatch = this.#watch(this.#child);
    try {
      if (this.#stopped) await this.stop();
      await closed(read);
      const exit = await this.#child.exited;
      if (this.#failure) throw this.#failure;
      return exit;
    } finally {
      endWatch();
      await this.stop();
      this.#packets?.destroy(); // read to its end: a torn pipe would also end what is being recorded
    }
  }

  /** The end for the child of a pipe of packets. */
  async #packetPipe(): Promise<Socket | undefined> {
    const { packets } = this.#options;
    if (packets === undefined) return undefined;
    const reader = new NutReader({
      ...packets,
      stream: (head) => {
        this.#headDue = false;
        packets.stream?.(head);
      },
    });
    const { read, write } = await openPipe({
      place: () => reader.place(),
      advance: (count) => {
        try {
          reader.advance(count);
        } catch (error) {
          this.#fail(error);
        }
        return true;
      },
    });
    this.#packets = read.on('error', () => undefined).resume();
    return write;
  }

  #watch(child: FfmpegChild): () => void {
    const { source, stallTimeoutMs, starving } = this.#options;
    const seconds = stallTimeoutMs / 1000;
    return watchStall({
      child,
      timeoutMs: stallTimeoutMs,
      waiting: () => starving() || this.#headDue,
      received: () => this.#received,
      onStall: () => {
        const what = starving() ? 'frame' : 'word of what its stream is';
        this.#fail(new SourceError('stalled', `${source}: no ${what} for ${seconds} s, although one was due`));
      },
    });
  }

  #advance(count: number): boolean {
    this.#received += count;
    try {
      return this.#reader.advance(count);
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** NUT may count a finer clock than the source's; a multiple of it, so that all of this is exact. */
  #take(data: Uint8Array<ArrayBuffer>, nutTicks: number, nutBase: Rational): boolean {
    const { ticks: shift, timeBase } = this.#command.shift;
    const ticks = Math.round((nutTicks * nutBase.num * timeBase.den) / (nutBase.den * timeBase.num)) - shift;
    const pts = Math.round(((ticks * timeBase.num) / timeBase.den) * 1e6) / 1e6;
    this.#options.frame({ data, pts, ticks });
    return this.#options.wanting();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    void this.stop();
  }
}

/** Waits until a socket has given all that it will give. */
function closed(socket: Socket): Promise<void> {
  if (socket.closed || socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.on('error', () => undefined);
    socket.resume();
  });
}
