import type { Detection } from '#core/detection.js';
import { Assignment } from './assignment.js';
import type { Motion } from './motion.js';
import { Overlap } from './overlap.js';
import type { Stage } from './stages.js';
import type { Tracklet } from './tracklet.js';

/** How tracks are matched with detections. */
export interface Matching {
  readonly stage: Stage;
  readonly motion: Motion;
  readonly perClass: boolean;
}

/** Matches tracks with detections. Buffers are kept between frames. */
export class Association {
  #overlap = new Overlap();
  #assignment = new Assignment();
  #trackBoxes = new Float64Array(64);
  #detectionBoxes = new Float64Array(64);

  /**
   * The cheapest matching of one stage: of each track the index of its detection, -1 for none. A pair that costs more than
   * the stage's limit never matches; with `perClass` a pair must agree in class.
   */
  match(tracks: readonly Tracklet[], detections: readonly Detection[], how: Matching): Int32Array {
    this.#assignment.begin(detections.length);
    if (how.stage.cost === 'distance') this.#byDistance(tracks, detections, how);
    else this.#byOverlap(tracks, detections, how);
    return this.#assignment.solve(how.stage.limit);
  }

  #byOverlap(tracks: readonly Tracklet[], detections: readonly Detection[], how: Matching): void {
    const { cost: kind, limit } = how.stage;
    this.#trackBoxes = boxesOf(tracks, this.#trackBoxes, how.motion);
    this.#detectionBoxes = detectionBoxes(detections, this.#detectionBoxes);
    this.#overlap.each(
      { boxes: this.#trackBoxes, count: tracks.length },
      { boxes: this.#detectionBoxes, count: detections.length },
      {
        visit: (row, column, iou) => {
          const detection = detections[column];
          if (how.perClass && tracks[row].classId !== detection.classId) return;
          const cost = 1 - (kind === 'iou-score' ? iou * detection.score : iou);
          if (cost <= limit) this.#assignment.pair(column, cost);
        },
        endRow: () => this.#assignment.endRow(),
      },
    );
  }

  #byDistance(tracks: readonly Tracklet[], detections: readonly Detection[], how: Matching): void {
    for (const { classId, filter } of tracks) {
      for (let column = 0; column < detections.length; column++) {
        if (how.perClass && detections[column].classId !== classId) continue;
        const cost = how.motion.distance(filter, detections[column].box);
        if (cost <= how.stage.limit) this.#assignment.pair(column, cost);
      }
      this.#assignment.endRow();
    }
  }

  /** Calls `on(i, j)` for each pair of tracks, one of each list, whose boxes have an IoU above `threshold`. */
  twins(
    a: readonly Tracklet[],
    b: readonly Tracklet[],
    how: { readonly motion: Motion; readonly threshold: number },
    on: (i: number, j: number) => void,
  ): void {
    if (a.length === 0 || b.length === 0) return;
    this.#trackBoxes = boxesOf(a, this.#trackBoxes, how.motion);
    this.#detectionBoxes = boxesOf(b, this.#detectionBoxes, how.motion);
    this.#overlap.each(
      { boxes: this.#trackBoxes, count: a.length },
      { boxes: this.#detectionBoxes, count: b.length },
      { visit: (i, j, iou) => iou > how.threshold && on(i, j), endRow: () => {} },
    );
  }
}

function boxesOf(
  tracks: readonly Tracklet[],
  kept: Float64Array<ArrayBuffer>,
  motion: Motion,
): Float64Array<ArrayBuffer> {
  const boxes = roomFor(tracks.length, kept);
  for (let i = 0; i < tracks.length; i++) motion.write(tracks[i].filter, boxes, i * 4);
  return boxes;
}

function detectionBoxes(detections: readonly Detection[], kept: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const boxes = roomFor(detections.length, kept);
  for (let i = 0; i < detections.length; i++) boxes.set(detections[i].box, i * 4);
  return boxes;
}

function roomFor(count: number, kept: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  return count * 4 <= kept.length ? kept : new Float64Array(count * 8);
}
