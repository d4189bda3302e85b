import type { ObservationRecord } from '#core/record.js';

/** Half a frame at 250 frames per second: nearer than this is the same frame, whatever the rounding on its way. */
export const SAME_FRAME_SECONDS = 0.002;
const KEPT_SECONDS = 30;
const MOST_KEPT = 2000;

/** The observations on both sides of a moment. */
export interface Neighbours {
  readonly before?: ObservationRecord;
  readonly after?: ObservationRecord;
}

/** What is known about a camera's latest frames, of the present epoch and of the one before it. */
export class ObservationLog {
  /** By epoch, then by pts. */
  readonly #epochs = new Map<number, ObservationRecord[]>();

  add(observation: ObservationRecord): void {
    const epoch = observation.epoch ?? 0;
    const list = this.#epochs.get(epoch) ?? [];
    if (list.length === 0) this.#begin(epoch, list);
    let at = list.length;
    while (at > 0 && list[at - 1]!.pts > observation.pts) at -= 1;
    list.splice(at, 0, observation);
    const oldest = list.at(-1)!.pts - KEPT_SECONDS;
    if (list.length > MOST_KEPT || list[0]!.pts < oldest - KEPT_SECONDS) {
      list.splice(0, Math.max(list.length - MOST_KEPT / 2, indexFrom(list, oldest)));
    }
  }

  /** The observation of exactly this frame. */
  at(epoch: number, pts: number): ObservationRecord | undefined {
    const list = this.#epochs.get(epoch) ?? [];
    const right = indexFrom(list, pts);
    const [left, next] = [list[right - 1], list[right]];
    const nearest = left !== undefined && (next === undefined || pts - left.pts < next.pts - pts) ? left : next;
    return nearest !== undefined && Math.abs(nearest.pts - pts) <= SAME_FRAME_SECONDS ? nearest : undefined;
  }

  /** The newest observation at or before a moment and the oldest after it. */
  around(epoch: number, pts: number): Neighbours {
    const list = this.#epochs.get(epoch) ?? [];
    const right = indexFrom(list, pts + SAME_FRAME_SECONDS);
    const [before, after] = [list[right - 1], list[right]];
    return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  }

  /** The observations of the last seconds up to a moment, oldest first. */
  until(epoch: number, pts: number, seconds: number): readonly ObservationRecord[] {
    const list = this.#epochs.get(epoch) ?? [];
    return list.slice(indexFrom(list, pts - seconds), indexFrom(list, pts + SAME_FRAME_SECONDS));
  }

  newest(epoch: number): ObservationRecord | undefined {
    return this.#epochs.get(epoch)?.at(-1);
  }

  #begin(epoch: number, list: ObservationRecord[]): void {
    this.#epochs.set(epoch, list);
    for (const old of this.#epochs.keys()) if (this.#epochs.size > 2 && old !== epoch) this.#epochs.delete(old);
  }
}

/** Index of the first observation at or after a moment. */
function indexFrom(list: readonly ObservationRecord[], pts: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]!.pts < pts) low = middle + 1;
    else high = middle;
  }
  return low;
}
