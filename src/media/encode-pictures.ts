import type { Size } from '#core/size.js';
import { encodeFault } from './encode-fault.js';
import { command, start } from './ffmpeg-child.js';

export interface EncodePicturesOptions {
  readonly size: Size;
  readonly fps: number;
  /** An MP4 file; it is whole only when the promise resolves. */
  readonly target: string;
  /** `small` takes several times as long for half the bytes. Default: `fast`. */
  readonly compression?: keyof typeof COMPRESSION;
  readonly signal?: AbortSignal;
}

/** x264's presets and rate factors. */
const COMPRESSION = { fast: ['veryfast', '20'], small: ['slower', '26'] } as const;

/** Seconds between two key frames, so that a viewer who comes late need not wait. */
const KEY_FRAME_SECONDS = 1;

/**
 * Encodes pictures that are made one after another as H.264 in MP4.
 * @param pictures RGBA `[H, W, 4]`; each may be overwritten when the next is asked for
 * @throws LookoutError kind `output` when the file cannot be written; the signal's reason when it is aborted
 */
export async function encodePictures(
  pictures: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: EncodePicturesOptions,
): Promise<void> {
  const { target, signal } = options;
  const child = await start(commandOf(options), ['pipe', 'ignore', 'pipe']);
  const stdin = child.process.stdin!;
  stdin.on('error', () => {}); // a child that is gone shows in its exit
  try {
    for await (const picture of pictures) {
      signal?.throwIfAborted();
      const error = await new Promise((resolve) => stdin.write(picture, resolve));
      if (error) throw encodeFault(target, await child.stop());
    }
    stdin.end();
    const exit = await child.exited;
    if (exit.code !== 0) throw encodeFault(target, exit);
  } finally {
    await child.stop();
  }
}

function commandOf({ size: { width, height }, fps, target, compression = 'fast' }: EncodePicturesOptions) {
  const [preset, crf] = COMPRESSION[compression];
  return command()
    .input('pipe:0')
    .inputOptions('-f', 'rawvideo', '-pix_fmt', 'rgba', '-video_size', `${width}x${height}`, '-framerate', `${fps}`)
    .videoFilters('scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setparams=colorspace=bt709:range=tv')
    .outputOptions(
      ...['-c:v', 'libx264', '-preset', preset, '-crf', crf, '-g', `${Math.round(fps * KEY_FRAME_SECONDS)}`],
      ...['-fflags', '+bitexact', '-flags', '+bitexact', '-movflags', '+faststart', '-f', 'mp4', '-y'],
    )
    .output(`file:${target}`);
}
