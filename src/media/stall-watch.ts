import type { FfmpegChild } from './ffmpeg-child.js';

export interface StallWatchOptions {
  readonly child: FfmpegChild;
  /** Time without any sign of life after which it counts as stalled, ms. */
  readonly timeoutMs: number;
  /** False while nothing is expected of it: then the clock stands still. */
  readonly waiting: () => boolean;
  /** Bytes received so far. */
  readonly received: () => number;
  readonly onStall: () => void;
}

/** Less CPU than this in a whole timeout is keep-alive traffic, not work. */
const IDLE_MS = 30;
const CHECKS_PER_TIMEOUT = 10;

/**
 * Watches a child that owes us frames. Bytes are a sign of life, and so is CPU time: decoding up to a position deep
 * in a file takes minutes without a byte. Returns a function that ends the watch.
 */
export function watchStall({ child, timeoutMs, waiting, received, onStall }: StallWatchOptions): () => void {
  let last = { bytes: -1, cpuMs: 0, at: 0 };
  const timer = setInterval(() => {
    const now = { bytes: received(), cpuMs: child.cpuMs() ?? 0, at: performance.now() };
    const alive = !waiting() || now.bytes !== last.bytes || now.cpuMs - last.cpuMs > IDLE_MS;
    if (alive) last = now;
    else if (now.at - last.at >= timeoutMs) {
      clearInterval(timer);
      onStall();
    }
  }, timeoutMs / CHECKS_PER_TIMEOUT);
  timer.unref();
  return () => clearInterval(timer);
}
