import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LookoutError, messageOf } from '#core/errors.js';
import { type ClipOptions, motLines } from '#dataset/scenes/clip.js';
import { parallelClip } from '#dataset/scenes/parallel-clip.js';
import type { SceneOptions } from '#dataset/scenes/scene.js';
import { type EncodePicturesOptions, encodePictures } from '#media/encode-pictures.js';
import type { Terminal } from './terminal.js';

/** Files of a rendered clip. */
export interface RenderedClip {
  /** H.264 in MP4. */
  readonly video: string;
  /** What is there, one JSON line a frame: `{ seq, pts, annotations }` with class ids of the scene's labels, boxes in px. */
  readonly truth: string;
  /** The same as MOTChallenge writes it. */
  readonly tracks: string;
}

export interface RenderClipOptions extends Pick<EncodePicturesOptions, 'compression' | 'signal'> {
  readonly scene: SceneOptions;
  readonly clip: ClipOptions;
  /** Where `NAME.mp4`, `NAME.jsonl` and `NAME.mot.txt` go. */
  readonly folder: string;
  readonly name: string;
  readonly terminal: Terminal;
}

/**
 * Renders a clip of a street with its exact ground truth. The video appears when all is whole.
 * @throws LookoutError kind `output` when they cannot be written
 */
export async function renderClip(options: RenderClipOptions): Promise<RenderedClip> {
  const { folder, name, signal } = options;
  const [video, truth, tracks] = ['mp4', 'jsonl', 'mot.txt'].map((end) => join(folder, `${name}.${end}`)) as [
    string,
    string,
    string,
  ];
  const part = `${video}.${process.pid}.part`;
  try {
    await mkdir(folder, { recursive: true });
    const lines = await draw(part, options);
    await writeFile(truth, lines.truth.join('\n').concat('\n'));
    await writeFile(tracks, lines.tracks.join('\n').concat('\n'));
    await rename(part, video);
    return { video, truth, tracks };
  } catch (error) {
    if (error instanceof LookoutError || signal?.aborted) throw error;
    throw new LookoutError('output', `${folder}: cannot be written: ${messageOf(error)}`, { cause: error });
  } finally {
    await rm(part, { force: true });
  }
}

async function draw(target: string, { scene, clip, name, terminal, compression, signal }: RenderClipOptions) {
  const { fps, seconds } = clip;
  const progress = terminal.progress({ label: name, total: Math.round(fps * seconds) });
  const lines = { truth: [] as string[], tracks: [] as string[] };
  async function* pictures(): AsyncGenerator<Uint8Array> {
    for await (const { seq, pts, rgba, annotations } of parallelClip(scene, clip)) {
      lines.truth.push(JSON.stringify({ seq, pts, annotations }));
      lines.tracks.push(...motLines(seq, annotations));
      yield rgba;
      progress.update(seq + 1);
    }
  }
  try {
    await encodePictures(pictures(), { size: scene.size, fps, target, compression, signal });
    return lines;
  } finally {
    progress.end();
  }
}
