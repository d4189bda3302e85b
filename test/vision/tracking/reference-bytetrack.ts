import type { Box } from '#core/box.js';
import type { Detection } from '#core/detection.js';
import { FullKalman } from './full-kalman.js';
import { denseAssignment } from './hungarian.js';

interface Reference {
  id: number;
  state: 'tentative' | 'tracked' | 'lost';
  start: number;
  end: number;
  readonly filter: FullKalman;
}

/**
 * ByteTrack written slowly from algorithm 1 of the paper and the published code's details: whole matrices, frames for
 * time, one class. It shares the deviations that `StagedTracker` documents (tentative tracks are predicted, ids are given
 * at confirmation, `>=` at the high threshold) and nothing else.
 */
export class ReferenceByteTrack {
  #tracks: Reference[] = [];
  #frame = 0;
  #next = 1;

  constructor(readonly settings: { high: number; low: number; fresh: number; maxLostFrames: number }) {}

  update(detections: readonly Detection[]): { id: number; box: Box }[] {
    this.#frame++;
    const { high, low, fresh, maxLostFrames } = this.settings;
    const strong = detections.filter((d) => d.score >= high);
    const weak = detections.filter((d) => d.score >= low && d.score < high);
    for (const track of this.#tracks) track.filter.predict(track.state !== 'lost');
    const seen = new Map<Reference, Detection>();
    const pool = this.#tracks.filter((t) => t.state !== 'tentative');
    let [, left] = this.#match(pool, strong, { fused: true, limit: 0.8 }, seen);
    const still = pool.filter((t) => t.state === 'tracked' && !seen.has(t));
    this.#match(still, weak, { fused: false, limit: 0.5 }, seen);
    const tentative = this.#tracks.filter((t) => t.state === 'tentative');
    [, left] = this.#match(tentative, left, { fused: true, limit: 0.7 }, seen);
    const wasLost = new Set(this.#tracks.filter((t) => t.state === 'lost'));
    for (const [track, detection] of seen) {
      track.filter.correct(detection.box);
      track.end = this.#frame;
      if (track.state === 'tentative') track.id = this.#next++;
      track.state = 'tracked';
    }
    this.#tracks = this.#tracks.filter((t) => seen.has(t) || t.state !== 'tentative');
    for (const track of this.#tracks) if (!seen.has(track)) track.state = 'lost';
    for (const detection of left) {
      if (detection.score < fresh) continue;
      const first = this.#frame === 1;
      const track: Reference = {
        id: first ? this.#next++ : 0,
        state: first ? 'tracked' : 'tentative',
        start: this.#frame,
        end: this.#frame,
        filter: new FullKalman(detection.box),
      };
      this.#tracks.push(track);
      seen.set(track, detection);
    }
    this.#tracks = this.#tracks.filter((t) => !(wasLost.has(t) && !seen.has(t) && this.#frame - t.end > maxLostFrames));
    this.#removeDuplicates();
    return this.#tracks
      .filter((t) => t.state === 'tracked' && seen.has(t))
      .map((t) => ({ id: t.id, box: seen.get(t)!.box }));
  }

  #match(
    tracks: Reference[],
    detections: Detection[],
    how: { fused: boolean; limit: number },
    seen: Map<Reference, Detection>,
  ): [Reference[], Detection[]] {
    const cost = tracks.map((t) =>
      detections.map((d) => 1 - iou(t.filter.corners(), d.box) * (how.fused ? d.score : 1)),
    );
    const columnOf = denseAssignment(cost, detections.length, how.limit);
    const taken = new Set<number>();
    tracks.forEach((track, row) => {
      const column = columnOf[row]!;
      if (column < 0) return;
      taken.add(column);
      seen.set(track, detections[column]!);
    });
    return [tracks.filter((t) => !seen.has(t)), detections.filter((_, j) => !taken.has(j))];
  }

  #removeDuplicates(): void {
    const gone = new Set<Reference>();
    for (const a of this.#tracks.filter((t) => t.state !== 'lost')) {
      for (const b of this.#tracks.filter((t) => t.state === 'lost')) {
        if (1 - iou(a.filter.corners(), b.filter.corners()) >= 0.15) continue;
        gone.add(a.end - a.start > b.end - b.start ? b : a);
      }
    }
    this.#tracks = this.#tracks.filter((t) => !gone.has(t));
  }
}

function iou(a: Box, b: Box): number {
  const w = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const h = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
  return (w * h) / (area(a) + area(b) - w * h);
}
