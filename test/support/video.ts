import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import type { Frame } from '#core/frame.js';

/** Bits of the frame counter that {@link counted} burns into the top eighth of the picture, least significant left. */
const COUNTER_BITS = 12;

export interface VideoRecipe {
  readonly size?: string;
  readonly fps?: number | string;
  readonly frames?: number;
  /** Picture source of lavfi; the counter is drawn over it. */
  readonly picture?: string;
  /** Filters behind the counter, e.g. `setpts=...`, `format=gray`, `setsar=2`. */
  readonly filters?: string;
  readonly audio?: boolean;
  /** Encoder and its options; small H.264 by default. */
  readonly codec?: readonly string[];
  /** Further output options. */
  readonly output?: readonly string[];
  /** Options before the first input. */
  readonly input?: readonly string[];
}

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12'];

/** A temporary folder that is removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Renders a short clip with its frame counter burnt in, see {@link readCounter}. Returns `path`. */
export async function makeVideo(path: string, recipe: VideoRecipe = {}): Promise<string> {
  const { size = '160x96', fps = 25, frames = 24, picture = 'testsrc2', filters, audio = false, input = [] } = recipe;
  const { codec = [...H264, '-pix_fmt', 'yuv420p'], output = [] } = recipe;
  const chain = [counter(size), ...(filters ? [filters] : [])].join(',');
  const sound = audio ? ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100', '-shortest'] : [];
  const joiner = picture.includes('=') ? ':' : '=';
  await ffmpegRun([
    ...[...input, '-f', 'lavfi', '-i', `${picture}${joiner}size=${size}:rate=${fps}`, ...sound],
    ...['-frames:v', String(frames), '-vf', chain, ...codec, ...output, path],
  ]);
  return path;
}

/** Runs ffmpeg quietly; its error text is in the rejection. */
export async function ffmpegRun(args: readonly string[]): Promise<void> {
  await promisify(execFile)('ffmpeg', ['-nostdin', '-loglevel', 'error', '-y', ...args]);
}

/** Turns a clip by writing rotation metadata only, clockwise degrees as a player shows it. */
export async function rotate(source: string, target: string, clockwise: 90 | 180 | 270): Promise<string> {
  const degrees = String((360 - clockwise) % 360);
  const modern = ffmpegMajor() >= 6;
  const before = modern ? ['-display_rotation:v:0', degrees] : [];
  const after = modern ? [] : ['-metadata:s:v:0', `rotate=${degrees}`];
  await ffmpegRun([...before, '-i', source, '-c', 'copy', ...after, target]);
  return target;
}

function ffmpegMajor(): number {
  const text = execFileSync('ffmpeg', ['-version'], { encoding: 'utf8' });
  return Number(/version n?(\d+)/.exec(text)?.[1] ?? 99);
}

/** White bars on black, one per bit of the frame's number. */
function counter(size: string): string {
  const [width, height] = size.split('x').map(Number) as [number, number];
  const cell = Math.floor(width / COUNTER_BITS);
  const bar = Math.floor(height / 8);
  const bits = Array.from({ length: COUNTER_BITS }, (_, bit) => {
    const on = `enable='mod(floor(n/${2 ** bit}),2)'`;
    return `drawbox=x=${bit * cell}:y=0:w=${cell}:h=${bar}:color=white:t=fill:${on}`;
  });
  return [`drawbox=x=0:y=0:w=${width}:h=${bar}:color=black:t=fill`, ...bits].join(',');
}

/** The number burnt into a frame by {@link makeVideo}, read from the pixels of a frame that was not turned. */
export function readCounter({ data, letterbox }: Frame): number {
  const { source, input, scaleX, scaleY, left, top } = letterbox;
  const green = input.width * input.height;
  const y = Math.floor(top + (source.height / 16) * scaleY);
  let value = 0;
  for (let bit = 0; bit < COUNTER_BITS; bit += 1) {
    const x = Math.floor(left + (bit + 0.5) * Math.floor(source.width / COUNTER_BITS) * scaleX);
    if (data[green + y * input.width + x]! > 128) value += 2 ** bit;
  }
  return value;
}

/** What ffprobe lists as `best_effort_timestamp_time` of each frame of the first video stream; undefined for N/A. */
export function frameTimes(path: string): (number | undefined)[] {
  const entries = ['-select_streams', 'v:0', '-show_entries', 'frame=best_effort_timestamp_time', '-of', 'json'];
  const text = execFileSync('ffprobe', ['-v', 'error', ...entries, path], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { frames } = JSON.parse(text) as { frames: { best_effort_timestamp_time?: string }[] };
  return frames.map(({ best_effort_timestamp_time: time }) => (time === undefined ? undefined : Number(time)));
}
