import type { Box } from '#core/box.js';
import { iouOf } from '#vision/tracking/overlap.js';

/** One object in one frame of a sequence. Ids name objects over time and are unique within a frame. */
export interface Labelled {
  readonly id: number;
  readonly box: Box;
}

/** What is there and what the tracker says, in one frame. */
export interface TrackedFrame {
  readonly truth: readonly Labelled[];
  readonly predicted: readonly Labelled[];
}

/**
 * A sequence made ready for the metrics: ids renumbered from 0, similarities computed once.
 * G truths and P predictions of a frame.
 */
export interface TrackingSequence {
  readonly frames: readonly {
    /** `[G]` and `[P]`: index of the object. */
    readonly truth: Int32Array;
    readonly predicted: Int32Array;
    /** IoU, `[G, P]`. */
    readonly similarity: Float64Array;
  }[];
  /** Number of different objects, and of boxes, over all frames. */
  readonly truthIds: number;
  readonly predictedIds: number;
  readonly truthBoxes: number;
  readonly predictedBoxes: number;
}

/** @throws RangeError when an id appears twice in a frame. */
export function trackingSequence(frames: readonly TrackedFrame[]): TrackingSequence {
  const truthIndex = new Map<number, number>();
  const predictedIndex = new Map<number, number>();
  const ready = frames.map(({ truth, predicted }, t) => ({
    truth: indicesOf(truth, truthIndex, `truth of frame ${t}`),
    predicted: indicesOf(predicted, predictedIndex, `prediction of frame ${t}`),
    similarity: similarityOf(truth, predicted),
  }));
  return {
    frames: ready,
    truthIds: truthIndex.size,
    predictedIds: predictedIndex.size,
    truthBoxes: ready.reduce((sum, { truth }) => sum + truth.length, 0),
    predictedBoxes: ready.reduce((sum, { predicted }) => sum + predicted.length, 0),
  };
}

/** In how many frames each object is present. */
export function presence(frames: readonly Int32Array[], ids: number): Int32Array {
  const count = new Int32Array(ids);
  for (const frame of frames) for (const id of frame) count[id]++;
  return count;
}

function indicesOf(objects: readonly Labelled[], index: Map<number, number>, where: string): Int32Array {
  const seen = new Set<number>();
  return Int32Array.from(objects, ({ id }) => {
    if (seen.has(id)) throw new RangeError(`tracking metrics: id ${id} appears twice in the ${where}`);
    seen.add(id);
    const known = index.get(id);
    if (known !== undefined) return known;
    index.set(id, index.size);
    return index.size - 1;
  });
}

/** IoU of each truth with each prediction, `[G, P]`. */
export function similarityOf(truth: readonly Labelled[], predicted: readonly Labelled[]): Float64Array {
  const a = Float64Array.from(truth.flatMap(({ box }) => [...box]));
  const b = Float64Array.from(predicted.flatMap(({ box }) => [...box]));
  const similarity = new Float64Array(truth.length * predicted.length);
  for (let g = 0; g < truth.length; g++) {
    for (let p = 0; p < predicted.length; p++) similarity[g * predicted.length + p] = iouOf(a, g * 4, b, p * 4);
  }
  return similarity;
}
