/** A number for each step, counted from 0. */
export type Schedule = (step: number) => number;

export const fixed =
  (value: number): Schedule =>
  () =>
    value;

/** From `start` to `end` over `steps`, then `end`. */
export function linear(start: number, end: number, steps: number): Schedule {
  return (step) => start + (end - start) * Math.min(1, Math.max(0, steps === 0 ? 1 : step / steps));
}

/** Half a cosine from `start` down to `end` over `steps`, then `end` (Loshchilov and Hutter 2017, without restarts). */
export function cosine(start: number, end: number, steps: number): Schedule {
  return (step) => {
    const done = Math.min(1, Math.max(0, steps === 0 ? 1 : step / steps));
    return end + ((start - end) * (1 + Math.cos(Math.PI * done))) / 2;
  };
}

/** `start`, multiplied by `factor` at every milestone that has been reached. */
export function steps(start: number, factor: number, milestones: readonly number[]): Schedule {
  return (step) => start * factor ** milestones.filter((milestone) => step >= milestone).length;
}

/** From `from` straight to the schedule's own value during the first `length` steps. */
export function warmUp(schedule: Schedule, length: number, from = 0): Schedule {
  return (step) => (step < length ? from + ((schedule(step) - from) * step) / length : schedule(step));
}

/**
 * Share of the old average that an EMA keeps at step t (from 1): rises from 0 to `decay`, so that the first steps count
 * (YOLOv5: decay (1 - exp(-t / ramp))).
 */
export function emaDecay(decay = 0.9999, ramp = 2000): Schedule {
  return (step) => decay * (1 - Math.exp(-step / ramp));
}
