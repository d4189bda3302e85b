import type { Found } from '#vision/metrics/pictures.js';
import { boxSimilarity } from '#vision/metrics/similarity.js';

/** How far an exported model is from the one that was trained, box by box. */
export interface Parity {
  readonly pictures: number;
  /** Boxes of the trained network above the score threshold. */
  readonly boxes: number;
  /** Boxes of either without a counterpart of their class. */
  readonly unmatched: number;
  /** Largest difference of a side, input px. */
  readonly boxPx: number;
  readonly score: number;
}

/** What the comparison says, in a line. Without a box it has shown nothing. */
export function parityText({ pictures, boxes, unmatched, boxPx, score }: Parity): string {
  if (boxes === 0 && unmatched === 0)
    return `exported; not compared with the trained network: it finds nothing on ${pictures} pictures yet`;
  const verdict = unmatched === 0 ? 'exported box by box as trained' : 'exported, not box by box as trained';
  return `${verdict}: ${boxes} boxes on ${pictures} pictures differ by ${boxPx} px, scores by ${score}, ${unmatched} unmatched`;
}

/** Boxes that touch the threshold may be there in one and not in the other: they are left out by this margin. */
const MARGIN = 1e-3;

/**
 * Compares detections picture by picture.
 * @param threshold least score of the boxes that count
 */
export function compareDetections(
  trained: readonly (readonly Found[])[],
  exported: readonly (readonly Found[])[],
  threshold: number,
): Parity {
  let [boxes, unmatched, boxPx, score] = [0, 0, 0, 0];
  const above = (list: readonly Found[], margin: number): Found[] =>
    list.filter((found) => found.score >= threshold + margin);
  trained.forEach((list, n) => {
    for (const [from, to] of [
      [above(list, MARGIN), above(exported[n]!, -MARGIN)],
      [above(exported[n]!, MARGIN), above(list, -MARGIN)],
    ] as const) {
      for (const found of from) {
        const other = counterpart(found, to);
        if (other === undefined) unmatched++;
        else {
          boxPx = Math.max(boxPx, ...found.box.map((side, k) => Math.abs(side - other.box[k]!)));
          score = Math.max(score, Math.abs(found.score - other.score));
        }
      }
    }
    boxes += above(list, 0).length;
  });
  return { pictures: trained.length, boxes, unmatched, boxPx: rounded(boxPx), score: rounded(score) };
}

function counterpart(found: Found, others: readonly Found[]): Found | undefined {
  const same = others.filter(({ classId }) => classId === found.classId);
  const overlaps = boxSimilarity(
    [found],
    same.map(({ box, classId }) => ({ box, classId })),
  );
  let best = -1;
  overlaps.forEach((overlap, n) => {
    if (overlap > 0.5 && (best < 0 || overlap > overlaps[best]!)) best = n;
  });
  return same[best];
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
