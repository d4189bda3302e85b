import { type EncodeCommandOptions, encodeCommand } from './encode-command.js';
import { encodeFault } from './encode-fault.js';
import { type FfmpegChild, start } from './ffmpeg-child.js';
import { nutFrameHeader, nutHeader } from './nut-writer.js';
import type { VideoFacts } from './probe.js';
import { evenSize } from './yuv-filters.js';

/** Encodes yuv420p pictures through an ffmpeg child into an MP4 file. */
export class VideoWriter {
  readonly #child: FfmpegChild;
  readonly #target: string;
  readonly #firstTick: number;
  #broken = false;

  private constructor(child: FfmpegChild, target: string, firstTick: number) {
    this.#child = child;
    this.#target = target;
    this.#firstTick = firstTick;
    // A child that is gone shows in its exit; what the pipe says of it is noise.
    child.process.stdin!.on('error', () => {
      this.#broken = true;
    });
  }

  /** Frames come on the clock of `facts`, of which `zero` becomes zero: by default the container's start. */
  static async open(facts: VideoFacts, options: EncodeCommandOptions): Promise<VideoWriter> {
    const child = await start(encodeCommand(facts, options), ['pipe', 'ignore', 'pipe']);
    const { timeBase, sampleAspectRatio: sampleAspect, containerStart } = facts;
    const { target, zero = containerStart } = options;
    const writer = new VideoWriter(child, target, Math.round((zero * timeBase.den) / timeBase.num));
    child.process.stdin!.write(nutHeader({ size: evenSize(facts.size), fourcc: 'I420', timeBase, sampleAspect }));
    return writer;
  }

  /** Resolves when the picture has left this process, so that its buffer may be used again. */
  async write(picture: Uint8Array, ticks: number): Promise<void> {
    const stdin = this.#child.process.stdin!;
    const header = nutFrameHeader(Math.max(0, ticks - this.#firstTick), picture.byteLength);
    const error = await new Promise((resolve) => {
      stdin.write(header);
      stdin.write(picture, resolve);
    });
    if (error || this.#broken) throw encodeFault(this.#target, await this.#child.stop());
  }

  /** Waits until the file is whole. @throws LookoutError kind `output` */
  async finish(): Promise<void> {
    this.#child.process.stdin!.end();
    const exit = await this.#child.exited;
    if (exit.code !== 0) throw encodeFault(this.#target, exit);
  }

  /** Ends the child, whatever it does. Idempotent. */
  async close(): Promise<void> {
    await this.#child.stop();
  }
}
