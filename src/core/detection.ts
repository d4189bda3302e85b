import type { Box } from './box.js';
import type { Landmark } from './landmark.js';

/** One object that a detector found in one frame. */
export interface Detection {
  readonly box: Box;
  /** Index into the labels of the model's card, 0-based. */
  readonly classId: number;
  /** The label itself, e.g. `person`. */
  readonly label: string;
  /** P(object) times P(class given object), 0..1. */
  readonly score: number;
  readonly landmarks?: readonly Landmark[];
}
