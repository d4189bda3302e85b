import { addClear, type Clear, clearScores, emptyClear } from './tracking-clear.js';
import { addHota, emptyHota, type Hota, hotaScores } from './tracking-hota.js';
import { addIdentity, emptyIdentity, type Identity, identityScores } from './tracking-identity.js';
import { type TrackedFrame, trackingSequence } from './tracking-sequence.js';

/** All tracking scores, as fractions; those of HOTA averaged over the 19 alphas, and per alpha. */
export interface TrackingScores extends Hota<number>, Clear, Identity {
  readonly perAlpha: Hota<number[]>;
}

/**
 * HOTA, CLEAR and identity metrics over one or more sequences, equal to TrackEval's COMBINED_SEQ.
 * A sequence without truths counts its predictions as false.
 * @throws RangeError when an id appears twice in a frame
 */
export function evaluateTracking(sequences: readonly (readonly TrackedFrame[])[]): TrackingScores {
  const hota = emptyHota();
  const clear = emptyClear();
  const identity = emptyIdentity();
  for (const frames of sequences) {
    const sequence = trackingSequence(frames);
    addHota(hota, sequence);
    addClear(clear, sequence);
    addIdentity(identity, sequence);
  }
  const perAlpha = hotaScores(hota);
  return { ...averaged(perAlpha), ...clearScores(clear), ...identityScores(identity), perAlpha };
}

function averaged(perAlpha: Hota<number[]>): Hota<number> {
  const means = Object.entries(perAlpha).map(([name, values]: [string, number[]]) => {
    return [name, values.reduce((sum, value) => sum + value, 0) / values.length];
  });
  return Object.fromEntries(means) as unknown as Hota<number>;
}
