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

/** Epochs that a run will have in all, as far as can be told now: what is planned, or what the time allows at this pace. */
export function expectedEpochs(length: RunLength, step: number, trainedSeconds: number): number {
  const progress = progressOf(length, step, trainedSeconds);
  const bySteps = step / (length.epochs * length.stepsPerEpoch);
  if (progress <= bySteps || step === 0) return length.epochs;
  return Math.min(length.epochs, Math.max(1, Math.round(step / progress / length.stepsPerEpoch)));
}

/** Seconds left at the pace so far, or undefined before there is one. */
export function secondsLeft(length: RunLength, step: number, trainedSeconds: number): number | undefined {
  const progress = progressOf(length, step, trainedSeconds);
  return progress > 0 && trainedSeconds > 0 ? (trainedSeconds * (1 - progress)) / progress : undefined;
}
