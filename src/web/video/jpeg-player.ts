import type { ObservationRecord } from '#core/record.js';
import type { Size } from '#core/size.js';
import type { VideoPiece } from '#core/video.js';
import type { FrameStamp } from '../playout/timeline.js';

export interface JpegPlayerOptions {
  paint(source: CanvasImageSource, size: Size, stamp: FrameStamp, observation: ObservationRecord | undefined): void;
  /** A newer picture came before this one could be decoded. */
  overtaken(): void;
  failed(reason: string): void;
}

/** Shows JPEG pictures that carry their observations. The newest wins; one is decoded at a time. */
export class JpegPlayer {
  #next: VideoPiece | undefined;
  #busy = false;
  #closed = false;

  constructor(private readonly options: JpegPlayerOptions) {}

  push(piece: VideoPiece): void {
    if (this.#next !== undefined) this.options.overtaken();
    this.#next = piece;
    if (!this.#busy) void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#next = undefined;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#next !== undefined && !this.#closed) {
      const piece = this.#next;
      this.#next = undefined;
      await this.#show(piece);
    }
    this.#busy = false;
  }

  async #show({ data, epoch, pts, capturedAt, metadata }: VideoPiece): Promise<void> {
    const blob = new Blob([data as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' });
    const bitmap = await createImageBitmap(blob).catch(() => undefined);
    if (bitmap === undefined) {
      this.options.failed('a picture is damaged');
      return;
    }
    const { width, height } = bitmap;
    if (!this.#closed) {
      this.options.paint(bitmap, { width, height }, { epoch, pts, capturedAt }, metadata?.observation);
    }
    bitmap.close();
  }
}
