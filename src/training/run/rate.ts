import type { Recipe } from '../recipe/recipe.js';

/**
 * Learning rate relative to the highest, at a progress of 0..1: rises linearly over the warm-up, then falls by half a cosine
 * (Loshchilov & Hutter 2016, arXiv:1608.03983, one cycle), by steps of ten, or not at all.
 */
export function rateFactor({ kind, warmup, final, drops }: Recipe['schedule'], progress: number): number {
  const rising = warmup > 0 ? Math.min(1, progress / warmup) : 1;
  return rising * heightOf({ kind, warmup, final, drops }, progress);
}

function heightOf({ kind, warmup, final, drops }: Recipe['schedule'], progress: number): number {
  if (kind === 'constant') return 1;
  if (kind === 'step') return Math.max(final, 0.1 ** drops.filter((drop) => progress >= drop).length);
  const after = warmup < 1 ? Math.max(0, Math.min(1, (progress - warmup) / (1 - warmup))) : 0;
  return final + ((1 - final) * (1 + Math.cos(Math.PI * after))) / 2;
}

/** Share that the moving average keeps at a step: rises as `decay * (1 - exp(-step / ramp))` (YOLOv5). */
export function emaDecay({ decay, ramp }: Recipe['ema'], step: number): number {
  return decay * (1 - Math.exp(-step / ramp));
}
