import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ClipFrame, ClipOptions } from './clip.js';
import type { SceneFrame, SceneOptions } from './scene.js';

/** Frames that one thread may be ahead. */
const AHEAD = 2;

/**
 * The frames of a clip in order, drawn by several threads (each keeps a scene of its own, about 200 MB at 720p). At most two
 * frames a thread exist beside the one in use; ending the iteration ends the threads.
 */
export async function* parallelClip(
  scene: SceneOptions,
  { fps, seconds, from = 0, workers = availableParallelism() }: ClipOptions & { readonly workers?: number },
): AsyncGenerator<ClipFrame, void, undefined> {
  const count = Math.round(fps * seconds);
  const waiting = new Map<number, (frame: SceneFrame) => void>();
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // it is thrown where a frame is waited for
  const threads = Array.from({ length: Math.max(1, Math.min(workers, count)) }, () => {
    const thread = new Worker(new URL('./clip-worker.js', import.meta.url), { workerData: scene });
    thread.on('message', ({ seq, ...frame }: SceneFrame & { seq: number }) => waiting.get(seq)?.(frame));
    thread.on('error', fail);
    return thread;
  });
  const asked: Promise<SceneFrame>[] = [];
  const ask = (): void => {
    const seq = asked.length;
    asked.push(new Promise((resolve) => waiting.set(seq, resolve)));
    threads[seq % threads.length]!.postMessage({ seq, seconds: from + seq / fps });
  };
  try {
    for (let seq = 0; seq < count; seq++) {
      while (asked.length < Math.min(count, seq + AHEAD * threads.length)) ask();
      const frame = await Promise.race([asked[seq]!, failed]);
      waiting.delete(seq);
      delete asked[seq];
      yield { ...frame, seq, pts: seq / fps };
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
