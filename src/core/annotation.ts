import type { Box } from './box.js';
import type { Landmark } from './landmark.js';

/** One labelled object of a picture: the ground truth that detections are trained for and judged by. */
export interface Annotation {
  readonly box: Box;
  /** Index into the labels of the data set, 0-based. */
  readonly classId: number;
  /** A region of many objects that were not labelled one by one (COCO `iscrowd`): detections in it count neither way. */
  readonly crowd?: boolean;
  /** May be found or missed without being counted (VOC `difficult`). */
  readonly difficult?: boolean;
  /** The object goes on beyond the box (VOC `truncated`). */
  readonly truncated?: boolean;
  /** Area of the object itself, px^2 (COCO: of its segment); absent: the box's. */
  readonly area?: number;
  readonly landmarks?: readonly Landmark[];
  /** Fraction of the object that others hide, 0..1; absent: unknown. */
  readonly occlusion?: number;
  /** Identity over time, from 1; absent for single pictures. */
  readonly trackId?: number;
}
