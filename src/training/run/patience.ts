/** The best so far, and how long ago that was. */
export interface Best {
  readonly value: number;
  readonly epoch: number;
}

/** The better of the two; an equal value of a later epoch is no progress, NaN never is. */
export function betterOf(best: Best | undefined, candidate: Best): Best {
  return best === undefined ? candidate : candidate.value > best.value ? candidate : best;
}

/** Whether an early stop is due: no better value for as many epochs as patience lasts. */
export function isExhausted(best: Best | undefined, epoch: number, patience: number | undefined): boolean {
  return patience !== undefined && best !== undefined && epoch - best.epoch >= patience;
}
