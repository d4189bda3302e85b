/** How long a run is. */
export interface RunLength {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Time limit; absent: the epochs alone. */
  readonly minutes?: number;
}

/**
 * How far a run is, 0..1: by steps, or by time where that is further. Everything that changes over a run follows this
 * number: learning rate, input size, mosaic.
 * @param step steps done
 * @param trainedSeconds time spent on the run so far, earlier sittings of a resumed run included
 */
export function progressOf(
  { epochs, stepsPerEpoch, minutes }: RunLength,
  step: number,
  trainedSeconds: number,
): number {
  const bySteps = step / (epochs * stepsPerEpoch);
  const byTime = minutes === undefined ? 0 : trainedSeconds / (60 * minutes);
  return Math.min(1, Math.max(bySteps, byTime));
}

/** Steps after which the pace is known: the first ones wait for graphs and pictures. */
const SETTLED = 20;

/** Whether time decides how many epochs there are, and it is too early to say. */
export function isUnsettled({ minutes }: RunLength, step: number): boolean {
  return minutes !== undefined && step < SETTLED;
}

/** Epochs that a run will have in all, as far as can be told now: what is planned, or what the time allows at this pace. */
export function expectedEpochs(length: RunLength, step: number, trainedSeconds: number): number {
  const progress = progressOf(length, step, trainedSeconds);
  const bySteps = step / (length.epochs * length.stepsPerEpoch);
  if (progress <= bySteps || step === 0) return length.epochs;
  return Math.min(length.epochs, Math.max(1, Math.round(step / progress / length.stepsPerEpoch)));
}

/** Part of a run, from its progress 0 to `until`, whose input is smaller than it will be. */
export interface Stage {
  readonly until: number;
  readonly scale: number;
}

/**
 * Seconds left at the pace so far: a step costs as much as its pixels, so that later, larger ones take longer. Undefined
 * before there is a pace, but never longer than the time limit.
 * @param stages of smaller inputs, in their order
 */
export function secondsLeft(
  length: RunLength,
  step: number,
  { trainedSeconds, stages = [] }: { readonly trainedSeconds: number; readonly stages?: readonly Stage[] },
): number | undefined {
  const limit = length.minutes === undefined ? undefined : Math.max(0, 60 * length.minutes - trainedSeconds);
  const done = workUntil(step / (length.epochs * length.stepsPerEpoch), stages);
  if (step < SETTLED || trainedSeconds === 0) return limit;
  return Math.min(
    limit ?? Number.POSITIVE_INFINITY,
    (trainedSeconds * Math.max(0, workUntil(1, stages) - done)) / done,
  );
}

/** Work of a run up to a progress, where a run at full size is 1. */
function workUntil(progress: number, stages: readonly Stage[]): number {
  let [work, from] = [0, 0];
  for (const { until, scale } of [...stages, { until: 1, scale: 1 }]) {
    work += scale ** 2 * Math.max(0, Math.min(until, progress) - from);
    from = Math.max(from, until);
  }
  return work;
}
