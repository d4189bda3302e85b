import type { Letterbox } from '#core/letterbox.js';
import { pictureSize } from '#vision/letterbox.js';
import type { VideoFacts } from './probe.js';

/**
 * How FFmpeg scales. `area` averages all source pixels under a target pixel: no aliasing of small objects, and cheaper than
 * FFmpeg's `bilinear` (a triangle twice as wide); enlarging it equals bilinear. `fast_bilinear` reads four source
 * pixels only, as OpenCV's INTER_LINEAR does.
 */
export type Scaler = 'area' | 'bilinear' | 'fast_bilinear' | 'bicubic';

export interface PictureOptions {
  readonly letterbox: Letterbox;
  /** Grey value of the padding, 0..255. */
  readonly padding: number;
  readonly scaler: Scaler;
}

/**
 * FFmpeg filters that bring a picture to its size in the model's input: scaled in its own colour space, then converted
 * to planar RGB with its own matrix and range, and padded to the left and right. {@link planeParts} does the rest.
 */
export function pictureFilters(facts: VideoFacts, { letterbox, padding, scaler }: PictureOptions): string[] {
  const { width, height } = pictureSize(letterbox);
  const grey = `0x${padding.toString(16).padStart(2, '0').repeat(3)}`;
  const { input, left } = letterbox;
  return [
    `scale=${width}:${height}:flags=${scaler}`,
    ...(facts.hasAlpha ? overGrey(grey) : ['format=gbrp']),
    ...(width < input.width ? [`pad=${input.width}:${height}:${left}:0:color=${grey}`, 'format=gbrp'] : []),
  ];
}

/**
 * Where FFmpeg's planes G, B, R go in a frame of planes R, G, B, [3, H, W]: the rows between the padding above and below.
 * Nothing is moved for it: the pipe is read into these places, and the padding costs neither a filter nor bytes.
 */
export function planeParts({ input, top, ...rest }: Letterbox): (data: Uint8Array) => Uint8Array[] {
  const { height } = pictureSize({ input, top, ...rest });
  const [plane, begin, length] = [input.width * input.height, top * input.width, height * input.width];
  return (data) => [1, 2, 0].map((channel) => data.subarray(channel * plane + begin, channel * plane + begin + length));
}

/** What is transparent shows the padding's grey. (drawbox on a picture with alpha crashes FFmpeg 5.1, so its copy has none.) */
export function overGrey(grey: string): string[] {
  return [
    `format=gbrap,split[over][copy];[copy]format=gbrp,drawbox=color=${grey}:thickness=fill[under];` +
      '[under][over]overlay=format=gbrp',
    'format=gbrp',
  ];
}
