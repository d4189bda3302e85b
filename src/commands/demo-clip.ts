import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LookoutError, messageOf } from '#core/errors.js';
import { type ClipOptions, DEMO } from '#dataset/scenes/clip.js';
import { parallelClip } from '#dataset/scenes/parallel-clip.js';
import { encodePictures } from '#media/encode-pictures.js';
import { userCacheDir } from '#runtime/plan-cache.js';
import type { Terminal } from './terminal.js';

/** The part of the demo street that is shown in a loop. */
export const DEMO_CLIP: ClipOptions = { fps: 25, seconds: 20, from: 0 };
/** Changes with the scene, so that an older clip is not taken for it. */
const VERSION = 1;

export interface DemoClip {
  readonly video: string;
  /** What is there, one JSON line a frame: `{ seq, pts, annotations }` with class ids of the scene's labels, boxes in px. */
  readonly truth: string;
}

export interface DemoOptions {
  readonly terminal: Terminal;
  readonly signal?: AbortSignal;
  readonly folder?: string;
  /** Another part of it. */
  readonly clip?: ClipOptions;
}

/**
 * The rendered street of the demo with its ground truth: drawn once, about a minute of two cores, then kept in the user's cache.
 * @throws LookoutError kind `output` when it cannot be kept
 */
export async function demoClip(options: DemoOptions): Promise<DemoClip> {
  const { folder = join(userCacheDir(), 'demo'), clip: { fps, seconds, from = 0 } = DEMO_CLIP } = options;
  const stem = join(folder, `street-${VERSION}-${fps}fps-${from}-${from + seconds}s`);
  const clip = { video: `${stem}.mp4`, truth: `${stem}.jsonl` };
  if (existsSync(clip.video) && existsSync(clip.truth)) return clip;
  const part = `${clip.video}.${process.pid}.part`;
  try {
    await mkdir(folder, { recursive: true });
    const truth = await draw(part, options);
    await writeFile(clip.truth, truth);
    await rename(part, clip.video);
    return clip;
  } catch (error) {
    if (error instanceof LookoutError || options.signal?.aborted) throw error;
    throw new LookoutError('output', `${folder}: cannot be written: ${messageOf(error)}`, { cause: error });
  } finally {
    await rm(part, { force: true });
  }
}

async function draw(target: string, { terminal, signal, clip = DEMO_CLIP }: DemoOptions): Promise<string> {
  const { fps, seconds } = clip;
  terminal.print('drawing the demo street, once:');
  const progress = terminal.progress({ label: 'demo street', total: fps * seconds });
  const lines: string[] = [];
  async function* pictures(): AsyncGenerator<Uint8Array> {
    for await (const { seq, pts, rgba, annotations } of parallelClip(DEMO, clip)) {
      lines.push(JSON.stringify({ seq, pts, annotations }));
      yield rgba;
      progress.update(seq + 1);
    }
  }
  try {
    await encodePictures(pictures(), { size: DEMO.size, fps, target, ...(signal && { signal }) });
  } finally {
    progress.end();
  }
  return `${lines.join('\n')}\n`;
}
