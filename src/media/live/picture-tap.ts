import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { command, type FfmpegChild, start } from '../ffmpeg-child.js';
import { ffmpegVersion, passThrough } from '../ffmpeg-version.js';
import { openPipe } from '../frame-pipe.js';
import type { Turn } from '../h264/fmp4.js';
import type { NutStream } from '../nut-headers.js';
import { NutReader } from '../nut-reader.js';
import { nutFrameHeader, nutHeader } from '../nut-writer.js';
import { track } from './children.js';
import { CLOCK_OFFSET_SECONDS } from './live-command.js';

/** A coded picture of any codec. */
export interface TapPacket {
  readonly data: Uint8Array;
  /** Seconds. */
  readonly pts: number;
  readonly isKey: boolean;
}

export interface PictureTapOptions {
  /** Longest side of the pictures, px; smaller ones keep their size. */
  readonly mostSide: number;
  /** Pictures before this time are decoded only, seconds; what came since the last key frame is needed for that alone. */
  readonly from?: number;
  /** Clockwise turn of the packets' pictures, degrees. */
  readonly turn?: Turn;
  /** A whole JPEG file, with the timestamp of the packet that it was decoded from. */
  readonly picture: (jpeg: Uint8Array<ArrayBuffer>, pts: number) => void;
  /** The child has ended, whatever the reason. */
  readonly ended: (stderr: string) => void;
}

const TICKS_PER_SECOND = 1_000_000;
/** What may wait for a transcoder that is too slow; then pictures are left out up to the next key frame. */
const MOST_WAITING_BYTES = 8 * 2 ** 20;

/**
 * Turns the packets of a camera, from a key frame on, into JPEG pictures with their own timestamps: a child of ffmpeg that
 * lives only while somebody looks. Works for every codec that ffmpeg decodes, and never holds the camera up.
 */
export class PictureTap {
  readonly #options: PictureTapOptions;
  readonly #waiting: Uint8Array[] = [];
  #input: Writable | undefined;
  #child: FfmpegChild | undefined;
  #output: Socket | undefined;
  #skipping = true;
  #stopped = false;

  constructor(stream: NutStream, options: PictureTapOptions) {
    this.#options = options;
    this.#waiting.push(headerOf(stream));
    track(this.#run());
  }

  push({ data, pts, isKey }: TapPacket): void {
    const ticks = Math.round((pts + CLOCK_OFFSET_SECONDS) * TICKS_PER_SECOND);
    if (isKey) this.#skipping = (this.#input?.writableLength ?? 0) > MOST_WAITING_BYTES;
    if (this.#skipping || this.#stopped || ticks < 0) return;
    this.#skipping = (this.#input?.writableLength ?? 0) > 2 * MOST_WAITING_BYTES;
    this.#write(nutFrameHeader(ticks, data.length));
    this.#write(data);
  }

  /** Ends the child. Idempotent. */
  stop(): void {
    this.#stopped = true;
    this.#output?.destroy();
    this.#input?.destroy();
    void this.#child?.stop();
  }

  #write(bytes: Uint8Array): void {
    if (this.#input) this.#input.write(bytes);
    else this.#waiting.push(bytes);
  }

  async #run(): Promise<void> {
    try {
      const reader = this.#reader();
      const { read, write } = await openPipe({
        place: () => reader.place(),
        advance: (count) => {
          reader.advance(count);
          return true;
        },
      });
      this.#output = read.on('error', () => undefined).resume();
      try {
        this.#child = await start(await tapCommand(this.#options), ['pipe', write, 'pipe']);
      } finally {
        write.destroy();
      }
      this.#input = this.#child.process.stdin!.on('error', () => undefined);
      for (const bytes of this.#waiting.splice(0)) this.#input.write(bytes);
      if (this.#stopped) this.stop();
      const { stderr } = await this.#child.exited;
      read.destroy();
      this.#options.ended(stderr);
    } catch (error) {
      this.#options.ended(String(error));
    }
  }

  #reader(): NutReader {
    return new NutReader({
      allocate: (bytes) => new Uint8Array(bytes),
      frame: (data, ticks, { num, den }) => {
        const pts = Math.round(((ticks * num) / den - CLOCK_OFFSET_SECONDS) * 1e6) / 1e6;
        if (!this.#stopped) this.#options.picture(data, pts);
        return true;
      },
    });
  }
}

function headerOf({ fourcc, size, sampleAspect, extra, decodeDelay }: NutStream): Uint8Array {
  const aspect = { num: Math.round(sampleAspect * 10_000), den: 10_000 };
  const timeBase = { num: 1, den: TICKS_PER_SECOND };
  return nutHeader({ size, fourcc, timeBase, sampleAspect: aspect, extra, decodeDelay });
}

const TURNING: Readonly<Record<Turn, string>> = {
  0: '',
  90: 'transpose=clock,',
  180: 'hflip,vflip,',
  270: 'transpose=cclock,',
};

async function tapCommand({ mostSide, from, turn = 0 }: PictureTapOptions) {
  const version = await ffmpegVersion();
  // Half a millisecond below: timestamps go through several clocks.
  const since = from === undefined ? '' : `select=gte(t\\,${(from + CLOCK_OFFSET_SECONDS - 0.0005).toFixed(6)}),`;
  const fitted = `${since}${TURNING[turn]}scale=w=min(iw\\,${mostSide}):h=min(ih\\,${mostSide}):force_original_aspect_ratio=decrease`;
  // Without `nobuffer`: it would throw away what the stream is recognised by, the key frame first.
  const input = ['-f', 'nut', '-probesize', '32', '-analyzeduration', '0', '-flags', 'low_delay'];
  const exact = [...passThrough(version), '-copyts', '-enc_time_base', '-1', '-map_metadata', '-1'];
  const jpeg = ['-c:v', 'mjpeg', '-q:v', '4', '-huffman', 'default', '-threads', '1'];
  return command()
    .input('pipe:0')
    .inputOptions('-threads', '1', ...input)
    .output('pipe:1')
    .videoFilters(`${fitted}:force_divisible_by=2:flags=fast_bilinear,format=yuvj420p`)
    .outputOptions('-map', '0:v:0', '-an', ...exact, ...jpeg, '-f', 'nut', '-write_index', '0', '-flush_packets', '1');
}
