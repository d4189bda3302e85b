import type { Frame } from '#core/frame.js';
import type { Size } from '#core/size.js';
import type { FrameSource, SourceInfo } from '#core/source.js';
import type { SourceError } from '#core/source-error.js';
import { BufferPool } from './buffer-pool.js';
import { locate } from './location.js';
import { openVideo } from './open-video.js';
import { type PictureOptions, readPicture } from './picture.js';
import { toPlanes } from './planes.js';

export interface OpenPicturesOptions extends Omit<PictureOptions, 'padding'> {
  /** 114 by default. */
  readonly padding?: number;
  /** Told of each picture that cannot be read; the others go on. */
  readonly fault: (error: SourceError, path: string) => void;
  /** Goes on at the picture of this number. */
  readonly resume?: { readonly seq: number };
  /** Pictures that are decoded at the same time as one is waited for; 2 by default. */
  readonly readAhead?: number;
  readonly signal?: AbortSignal;
}

const PADDING = 114;

interface Failure {
  readonly error: SourceError;
  readonly path: string;
}

/**
 * Opens picture files as one source: frame `seq` is file number `seq`, also when files before it cannot be read; each
 * is stamped with its own name (credentials removed) and pts 0.
 */
export function openPictures(paths: readonly string[], options: OpenPicturesOptions): FrameSource {
  return new PictureSource(paths, options);
}

class PictureSource implements FrameSource {
  readonly info: SourceInfo;
  readonly #paths: readonly string[];
  readonly #options: OpenPicturesOptions;
  readonly #pool = new BufferPool();
  #closed = false;

  constructor(paths: readonly string[], options: OpenPicturesOptions) {
    this.#paths = paths;
    this.#options = options;
    this.info = { kind: 'pictures', frames: paths.length };
  }

  recycle(data: Uint8Array<ArrayBuffer>): void {
    this.#pool.give(data);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Frame, undefined> {
    const { resume, readAhead = 2, signal, fault } = this.#options;
    const pending: Promise<Frame | Failure>[] = [];
    for (let next = resume?.seq ?? 0; !this.#closed; ) {
      while (next < this.#paths.length && pending.length <= readAhead) pending.push(this.#read(next++));
      const result = await pending.shift();
      signal?.throwIfAborted();
      if (!result || this.#closed) return;
      if ('error' in result) fault(result.error, result.path);
      else yield result;
    }
  }

  async #read(seq: number): Promise<Frame | Failure> {
    const path = this.#paths[seq]!;
    try {
      const { letterbox, rgb } = await readPicture(path, { padding: PADDING, ...this.#options });
      const data = this.#pool.take(rgb.length);
      toPlanes(rgb, data);
      return { stamp: stampOf(path, seq, letterbox.source), letterbox, data };
    } catch (thrown) {
      const error = thrown as SourceError;
      return (error.fault === 'codec' && (await this.#readByFfmpeg(path, seq))) || { error, path };
    }
  }

  /** Formats that libvips does not know (BMP, PPM, ...) may be known to ffmpeg. */
  async #readByFfmpeg(path: string, seq: number): Promise<Frame | undefined> {
    const { input, fit, padding = PADDING, signal } = this.#options;
    try {
      const source = await openVideo(path, { input, fit, padding, ...(signal && { signal }) });
      for await (const frame of source) return { ...frame, stamp: stampOf(path, seq, frame.stamp.size) };
    } catch {
      // That libvips does not know it is all there is to say.
    }
    return undefined;
  }
}

function stampOf(path: string, seq: number, size: Size): Frame['stamp'] {
  return { source: locate(path).name, seq, pts: 0, size };
}
