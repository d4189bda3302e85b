import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Annotation } from '#core/annotation.js';
import { messageOf } from '#core/errors.js';
import type { Size } from '#core/size.js';
import { iou } from '#vision/iou.js';
import type { Sample } from './dataset.js';
import type { Fault, FaultEffect, FaultKind } from './fault.js';
import { readImageSize } from './image-header.js';

/** Where a label stands. The line is asked for only when something is wrong with it. */
export interface Place {
  readonly file: string;
  readonly line?: () => number | undefined;
}

/** Boxes of one class that overlap more than this are taken for one object that was labelled twice. */
const SAME_OBJECT_IOU = 0.9;

/** Boxes may pass the picture's edge by this much, px, before it is called a fault: labels are rounded. */
export const EDGE_TOLERANCE_PX = 1;

type Placed = readonly [Annotation, Place];

/** What objects are told apart in. */
interface PictureOf {
  readonly picture: string;
  readonly labels: readonly string[];
}

const show = ({ box }: Annotation): string => `[${box.map((edge) => +edge.toFixed(1)).join(', ')}]`;

/** Takes what a reader finds, keeps what is sound and writes down the rest. */
export class Collector {
  readonly samples: Sample[] = [];
  readonly faults: Fault[] = [];

  fault(kind: FaultKind, effect: FaultEffect, place: Place & { readonly picture?: string }, message: string): void {
    const { file, picture } = place;
    const line = place.line?.();
    this.faults.push({ kind, effect, file, ...(line !== undefined && { line }), ...(picture && { picture }), message });
  }

  /**
   * The upright size of a picture; undefined, and written down, where it is missing or no picture.
   * @param place the label that names the picture, where there is one
   */
  imageSize(file: string, place: Place = { file }): Size | undefined {
    if (!existsSync(file)) {
      this.fault('missing-image', 'picture skipped', place, `no picture at ${file}`);
      return undefined;
    }
    try {
      const size = readImageSize(file);
      if (size !== undefined) return size;
      this.fault('unreadable-image', 'picture skipped', { file }, 'no JPEG, PNG, WebP, GIF or BMP header');
    } catch (error) {
      this.fault('unreadable-image', 'picture skipped', { file }, messageOf(error));
    }
    return undefined;
  }

  /** The object as it is, or undefined where it is no object: then it is written down. */
  checked(annotation: Annotation, size: Size, place: Place): Annotation | undefined {
    const [x1, y1, x2, y2] = annotation.box;
    const text = `[${annotation.box.map((value) => +value.toFixed(2)).join(', ')}] in ${size.width}x${size.height}`;
    if (!annotation.box.every(Number.isFinite)) {
      this.fault('malformed', 'object skipped', place, `box with a number that is not finite: ${text}`);
      return undefined;
    }
    if (x2 <= x1 || y2 <= y1) {
      this.fault('zero-area', 'object skipped', place, `box without area: ${text}`);
      return undefined;
    }
    if (x1 >= size.width || y1 >= size.height || x2 <= 0 || y2 <= 0) {
      this.fault('outside', 'object skipped', place, `box wholly outside: ${text}`);
      return undefined;
    }
    const beyond = Math.max(-x1, -y1, x2 - size.width, y2 - size.height);
    if (beyond > EDGE_TOLERANCE_PX) {
      this.fault('outside', 'kept', place, `box reaches ${+beyond.toFixed(2)} px beyond the picture: ${text}`);
    }
    return annotation;
  }

  /** Objects of one picture without exact repetitions (same class, same box); what nearly is one is kept and written down. */
  distinct(annotations: readonly Placed[], { picture, labels }: PictureOf): Annotation[] {
    const seen = new Set<string>();
    const kept = annotations.filter(([annotation, place]) => {
      const key = `${annotation.classId} ${annotation.box.join(' ')}`;
      if (seen.has(key)) {
        this.fault(
          'duplicate-object',
          'object skipped',
          place,
          'the same class and box as another object of the picture',
        );
        return false;
      }
      seen.add(key);
      return true;
    });
    for (let later = 1; later < kept.length; later++) {
      for (let earlier = 0; earlier < later; earlier++)
        this.#comparePair(kept[earlier]!, kept[later]!, { picture, labels });
    }
    return kept.map(([annotation]) => annotation);
  }

  #comparePair([one, first]: Placed, [other, place]: Placed, { picture, labels }: PictureOf): void {
    if (one.classId !== other.classId || one.crowd || other.crowd) return;
    const overlap = iou(one.box, other.box);
    if (overlap < SAME_OBJECT_IOU) return;
    const line = first.line?.();
    const where = line === undefined ? '' : ` (line ${line})`;
    const boxes = `${show(one)}${where} and ${show(other)}`;
    const message = `two boxes of ${labels[one.classId]} in ${basename(picture)} with an IoU of ${overlap.toFixed(2)}: ${boxes}`;
    this.fault('duplicate-object', 'kept', { ...place, picture }, message);
  }
}
