import type { Frame } from '#core/frame.js';
import type { Logger } from '#core/logger.js';
import type { FrameSource, SourceInfo } from '#core/source.js';
import { BufferPool } from './buffer-pool.js';
import { DecoderRun } from './decoder-run.js';
import { exitFault } from './exit-fault.js';
import { FrameQueue } from './frame-queue.js';
import type { VideoFacts } from './probe.js';
import type { VideoCommand } from './video-command.js';

export interface VideoStreamOptions {
  readonly facts: VideoFacts;
  /** The command that decodes, from a key frame on or from the beginning. */
  readonly build: (seekTo?: number) => VideoCommand;
  readonly seekTo?: number;
  /** What the first frame has to be. */
  readonly resume?: { readonly pts: number; readonly seq: number };
  /** Bytes of a frame. */
  readonly frameBytes: number;
  readonly readAhead: number;
  readonly stallTimeoutMs: number;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** Makes a frame of its pixels. */
  readonly frame: (data: Uint8Array<ArrayBuffer>, seq: number, pts: number) => Frame;
}

/** The frames that an ffmpeg child decodes, pulled through its pipe. */
export class VideoStream implements FrameSource {
  readonly info: SourceInfo;
  readonly #options: VideoStreamOptions;
  readonly #queue: FrameQueue<Frame>;
  readonly #pool: BufferPool;
  #run: DecoderRun | undefined;
  #finished: Promise<void> | undefined;
  #closed = false;
  #delivered = 0;

  constructor(info: SourceInfo, options: VideoStreamOptions) {
    this.info = info;
    this.#options = options;
    this.#queue = new FrameQueue(options.readAhead);
    this.#pool = new BufferPool(options.frameBytes);
  }

  recycle(data: Uint8Array<ArrayBuffer>): void {
    this.#pool.give(data);
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame, undefined> {
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

  async #next(): Promise<IteratorResult<Frame, undefined>> {
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
    const { facts, resume, logger, stallTimeoutMs } = this.#options;
    let missed = false;
    const run = new DecoderRun(this.#options.build(seekTo), {
      stallTimeoutMs,
      source: facts.location.name,
      allocate: () => this.#pool.take(),
      wanting: () => this.#queue.wanting,
      starving: () => this.#queue.starving,
      frame: (data, pts) => {
        missed ||= this.#delivered === 0 && seekTo !== undefined && Math.abs(pts - resume!.pts) > 1e-6;
        if (missed) void run.stop();
        else this.#deliver(data, pts);
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

  #deliver(data: Uint8Array<ArrayBuffer>, pts: number): void {
    const seq = (this.#options.resume?.seq ?? 0) + this.#delivered;
    this.#delivered += 1;
    this.#queue.push(this.#options.frame(data, seq, pts));
  }

  #fail(error: unknown): void {
    this.#queue.end(error);
    void this.#run?.stop();
  }
}
