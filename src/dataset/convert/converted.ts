import type { Annotation } from '#core/annotation.js';
import { area } from '../augmentation/place.js';
import type { Sample } from '../dataset.js';

/** A sample under the name that it gets in the new data set. */
export interface NamedSample extends Sample {
  /** File name without folder, unique. */
  readonly name: string;
  /** The same without its ending. */
  readonly stem: string;
}

/** A data set in another format: its label files, where its pictures go, and what the format cannot hold. */
export interface Converted {
  readonly files: ReadonlyMap<string, string>;
  readonly pictureFolder: (sample: NamedSample) => string;
  /** What was lost and how often, e.g. `crowd regions left out`. */
  readonly losses: ReadonlyMap<string, number>;
}

/** Counts what a format cannot hold. */
export class Losses {
  readonly counts = new Map<string, number>();

  add(what: string, count = 1): void {
    if (count > 0) this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }
}

/** COCO files give every box an area: only one that differs by more than rounding is of a segment. */
export function hasOwnArea({ area: own, box }: Annotation): boolean {
  return own !== undefined && Math.abs(own - area(box)) > 1e-3 * area(box);
}

/** A number in as few digits as tell it to 1e-9. */
export function short(value: number): number {
  return +value.toFixed(9);
}
