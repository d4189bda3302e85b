import type { Size } from '#core/size.js';
import type { Matrix } from './drawing/yuv.js';
import { overGrey } from './picture-filters.js';
import type { VideoFacts } from './probe.js';

/** The colours of the copy of a video. */
export interface CopyColours {
  readonly matrix: Matrix;
  /** FFmpeg's name for it in the stream; absent where the source says nothing, so that players guess as they did before. */
  readonly tag?: string;
}

const MATRICES: Readonly<Record<string, Matrix>> = {
  bt709: 'bt709',
  smpte170m: 'bt601',
  bt470bg: 'bt601',
  bt2020nc: 'bt2020',
};
const HD_HEIGHT = 720;

/** The source's own matrix; for RGB and for what does not say, the one usual for its size. */
export function coloursOf({ colour, size, pixelFormat }: VideoFacts): CopyColours {
  const known = MATRICES[colour.matrix ?? ''];
  if (known) return { matrix: known, tag: colour.matrix! };
  const usual = size.height >= HD_HEIGHT ? 'bt709' : 'bt601';
  if (!isRgb(pixelFormat)) return { matrix: usual };
  return { matrix: usual, tag: usual === 'bt709' ? 'bt709' : 'smpte170m' };
}

/** Sides of the copy: even, since 4:2:0 halves them. */
export function evenSize({ width, height }: Size): Size {
  return { width: width + (width % 2), height: height + (height % 2) };
}

/** FFmpeg filters to yuv420p of limited range on even sides; a missing row or column repeats the last one. */
export function yuvFilters(facts: VideoFacts, { matrix }: CopyColours): string[] {
  const { pixelFormat, range, hasAlpha, size } = facts;
  const ready = pixelFormat === 'yuv420p' && range !== 'full';
  const from = isRgb(pixelFormat) || hasAlpha ? '' : `in_color_matrix=${matrix}:`;
  const { width, height } = evenSize(size);
  const [right, bottom] = [width - size.width, height - size.height];
  return [
    ...(hasAlpha ? overGrey('0x727272') : []),
    ...(ready
      ? []
      : [`scale=${from}out_color_matrix=${matrix}:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_inp`]),
    'format=yuv420p',
    ...(right + bottom > 0 ? [`pad=${width}:${height}`, `fillborders=right=${right}:bottom=${bottom}:mode=smear`] : []),
  ];
}

function isRgb(pixelFormat: string): boolean {
  return /^(rgb|bgr|gbr|argb|abgr|0rgb|0bgr|x2rgb|x2bgr|pal8)/.test(pixelFormat);
}
