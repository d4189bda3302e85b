import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Box } from '#core/box.js';
import type { Detection } from '#core/detection.js';
import type { Size } from '#core/size.js';
import { Nal, nalType, nalUnits } from '#media/h264/nal.js';

/** A clip as a camera would send it, and what is to be seen in each frame. */
export interface Clip {
  readonly size: Size;
  readonly fps: number;
  /** One per frame, H.264 byte stream without B frames; the first is a key frame. */
  readonly packets: readonly { readonly data: Uint8Array; readonly keyframe: boolean }[];
  /** The same frames as JPEG files. */
  readonly pictures: readonly Uint8Array[];
  detectionsOf(index: number): readonly Detection[];
}

export interface CountedClipRecipe {
  readonly size?: Size;
  readonly fps?: number;
  /** At most 4096. */
  readonly frames?: number;
  /** Frames between key frames. */
  readonly group?: number;
}

/** Bits of the counter that is burnt into the top eighth of the picture, least significant left. */
export const COUNTER_BITS = 12;
/** Side of the square, px. */
export const SIDE = 48;
/** Px that the square moves from frame to frame, so that a box of the frame before or after is seen to be wrong. */
export const STEP = 12;

/**
 * A clip that proves which frame is shown: white bars on black hold its number, and a bright square on grey moves by
 * {@link STEP} px per frame, there and back, at the same place in no two neighbouring frames.
 */
export async function makeCountedClip(folder: string, recipe: CountedClipRecipe = {}): Promise<Clip> {
  const { size = { width: 640, height: 360 }, fps = 25, frames = 200, group = 50 } = recipe;
  const { width, height } = size;
  const path = join(folder, `counted-${width}x${height}-${fps}-${frames}.h264`);
  const span = spanOf(size);
  const x = `abs(mod(n*${STEP}\\,${2 * span})-${span})`;
  const graph =
    `color=gray:s=${width}x${height}:r=${fps}[ground];color=white:s=${SIDE}x${SIDE}:r=${fps}[square];` +
    `[ground][square]overlay=x='${x}':y=${squareTop(size)},${counter(size)}`;
  await ffmpeg(['-f', 'lavfi', '-i', graph, '-frames:v', `${frames}`, ...h264(group), path]);
  return {
    ...(await readClip(path, { size, fps })),
    detectionsOf: (index) => [
      { label: 'square', classId: 0, score: 0.9, box: squareBox(index, size), trackId: 1 } as Detection,
    ],
  };
}

/** Where the square is in a frame, px. */
export function squareBox(index: number, size: Size): Box {
  const span = spanOf(size);
  const x = Math.abs(((index * STEP) % (2 * span)) - span);
  const y = squareTop(size);
  return [x, y, x + SIDE, y + SIDE];
}

/** Any video as a clip, scaled and coded again without B frames; `detectionsOf` is given. */
export async function makeFilmClip(
  folder: string,
  source: string,
  recipe: { size: Size; fps: number; frames: number; detectionsOf: Clip['detectionsOf'] },
): Promise<Clip> {
  const { size, fps, frames, detectionsOf } = recipe;
  const path = join(folder, `film-${Date.now()}.h264`);
  const filters = ['-vf', `fps=${fps},scale=${size.width}:${size.height}`, '-frames:v', `${frames}`];
  await ffmpeg(['-i', source, ...filters, ...h264(2 * fps), path]);
  return { ...(await readClip(path, { size, fps })), detectionsOf };
}

function h264(group: number): string[] {
  const coder = ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-crf', '18', '-pix_fmt', 'yuv420p'];
  const groups = ['-g', `${group}`, '-keyint_min', `${group}`, '-sc_threshold', '0'];
  return [...coder, ...groups, '-bsf:v', 'h264_metadata=aud=insert', '-f', 'h264'];
}

async function readClip(path: string, { size, fps }: { size: Size; fps: number }): Promise<Omit<Clip, 'detectionsOf'>> {
  await ffmpeg(['-i', path, '-fps_mode', 'passthrough', '-q:v', '3', `${path}-%05d.jpg`].map(String));
  const folder = join(path, '..');
  const prefix = `${path.slice(folder.length + 1)}-`;
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
  const pictures = names.toSorted().map((name) => new Uint8Array(readFileSync(join(folder, name))));
  return { size, fps, packets: packetsOf(new Uint8Array(readFileSync(path))), pictures };
}

/** Access units of a byte stream whose every picture begins with a delimiter. */
function packetsOf(stream: Uint8Array): { data: Uint8Array; keyframe: boolean }[] {
  const groups: Uint8Array[][] = [];
  for (const unit of nalUnits(stream)) {
    if (nalType(unit) === Nal.delimiter) groups.push([]);
    groups.at(-1)?.push(unit);
  }
  return groups.map((units) => ({
    data: new Uint8Array(Buffer.concat(units.flatMap((unit) => [START_CODE, unit]))),
    keyframe: units.some((unit) => nalType(unit) === Nal.idr),
  }));
}

const START_CODE = new Uint8Array([0, 0, 0, 1]);

function counter({ width, height }: Size): string {
  const cell = Math.floor(width / COUNTER_BITS);
  const bar = Math.floor(height / 8);
  const bits = Array.from({ length: COUNTER_BITS }, (_, bit) => {
    const on = `enable='mod(floor(n/${2 ** bit}),2)'`;
    return `drawbox=x=${bit * cell}:y=0:w=${cell}:h=${bar}:color=white:t=fill:${on}`;
  });
  return [`drawbox=x=0:y=0:w=${width}:h=${bar}:color=black:t=fill`, ...bits].join(',');
}

/** Whole steps that the square can go, px. */
function spanOf({ width }: Size): number {
  return Math.floor((width - SIDE) / STEP) * STEP;
}

function squareTop({ height }: Size): number {
  return Math.round(height / 2);
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  await promisify(execFile)('ffmpeg', ['-nostdin', '-loglevel', 'error', '-y', ...args]);
}
