import type { Logger } from '#core/logger.js';
import { BufferPool } from './buffer-pool.js';
import type { DecodeCommand } from './decode-command.js';
import { type Decoded, DecoderRun } from './decoder-run.js';
import { exitFault } from './exit-fault.js';
import { FrameQueue } from './frame-queue.js';
import type { NutSink } from './nut-reader.js';
import type { VideoFacts } from './probe.js';

export interface VideoStreamOptions<T> {
  readonly facts: Pick<VideoFacts, 'location' | 'frames'>;
  /** The command that decodes, from a key frame on or from the beginning. */
  readonly build: (seekTo?: number) => DecodeCommand;
  readonly seekTo?: number;
  /** What the first frame has to be. */
  readonly resume?: { readonly pts: number; readonly seq: number };
  /** Bytes of a frame where the decoder gives only a part of them; as many as it gives by default. */
  readonly frameBytes?: number;
  /** Where in a frame the decoder's bytes go, in their order, and what stands everywhere else; all of it by default. */
  readonly placement?: {
    readonly parts: (data: Uint8Array<ArrayBuffer>) => readonly Uint8Array[];
    readonly fill: number;
  };
  /** Takes what the command writes as NUT beside the frames, where it does. */
  readonly packets?: NutSink;
  readonly readAhead: number;
  readonly stallTimeoutMs: number;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** What is handed out for a frame; `seq` counts from `resume.seq` or 0. */
  readonly frame: (decoded: Decoded, seq: number) => T;
}

/** The frames that an ffmpeg child decodes, pulled through its pipe: what all sources of video share. */
export class VideoStream<T extends { readonly data: Uint8Array<ArrayBuffer> }> implements AsyncIterable<T> {
  readonly #options: VideoStreamOptions<T>;
  readonly #queue: FrameQueue<T>;
  readonly #pool: BufferPool;
  #run: DecoderRun | undefined;
  #finished: Promise<void> | undefined;
  #closed = false;
  #delivered = 0;

  constructor(options: VideoStreamOptions<T>) {
    this.#options = options;
    this.#queue = new FrameQueue(options.readAhead);
    this.#pool = new BufferPool({ fill: options.placement?.fill ?? 0 });
  }

  /** Settles once no more frames will come, pulled or not; rejects with what went wrong. */
  get ending(): Promise<void> {
    return this.#queue.ending;
  }

  recycle(data: Uint8Array<ArrayBuffer>): void {
    this.#pool.give(data);
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.end();
    for (const { data } of this.#queue.drain()) this.#pool.give(data);
    await this.#run?.stop();
    await this.#finished;
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    const taken = this.#queue.take();
    if (!this.#closed) this.#finished ??= this.#decode();
    this.#run?.resume();
    const frame = await taken;
    return frame ? { done: false, value: frame } : { done: true, value: undefined };
  }

  /** Runs the decoder to its end; a second time from the beginning where seeking did not hit the frame to resume at. */
  async #decode(): Promise<void> {
    const { signal, seekTo } = this.#options;
    const abort = () => this.#fail(signal?.reason ?? new DOMException('aborted', 'AbortError'));
    signal?.addEventListener('abort', abort, { once: true });
    try {
      if (signal?.aborted) throw signal.reason;
      const missed = await this.#decodeFrom(seekTo);
      if (missed && !this.#queue.ended) await this.#decodeFrom(undefined);
      this.#queue.end();
    } catch (error) {
      this.#queue.end(error);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** @returns true when the first frame was not the one to resume at, which can only happen after a seek */
  async #decodeFrom(seekTo: number | undefined): Promise<boolean> {
    const { facts, resume, logger, stallTimeoutMs, frameBytes, placement, packets } = this.#options;
    let missed = false;
    const run = new DecoderRun(this.#options.build(seekTo), {
      stallTimeoutMs,
      source: facts.location.name,
      allocate: (bytes) => this.#pool.take(frameBytes ?? bytes),
      ...(placement && { parts: placement.parts }),
      ...(packets && { packets }),
      wanting: () => this.#queue.wanting,
      starving: () => this.#queue.starving,
      frame: (decoded) => {
        missed ||= this.#delivered === 0 && seekTo !== undefined && Math.abs(decoded.pts - resume!.pts) > 1e-6;
        if (missed) void run.stop();
        else this.#deliver(decoded);
      },
    });
    this.#run = run;
    if (this.#closed) return false;
    const exit = await run.finish();
    if (missed || this.#closed || this.#queue.ended) return missed;
    const fault = exitFault({ facts, exit, frames: this.#delivered, whole: run.whole, resuming: resume !== undefined });
    if (fault) throw fault;
    if (exit.stderr !== '')
      logger?.warn({ source: facts.location.name, stderr: exit.stderr }, 'ffmpeg met damaged data');
    return false;
  }

  #deliver(decoded: Decoded): void {
    const seq = (this.#options.resume?.seq ?? 0) + this.#delivered;
    this.#delivered += 1;
    this.#queue.push(this.#options.frame(decoded, seq));
  }

  #fail(error: unknown): void {
    this.#queue.end(error);
    void this.#run?.stop();
  }
}
