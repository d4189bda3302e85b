import type { Box } from '#core/box.js';
import type { Detection } from '#core/detection.js';
import type { Landmark } from '#core/landmark.js';
import type { Letterbox } from '#core/letterbox.js';
import type { Candidates } from './candidates.js';
import { landmarkToSource, toSource } from './letterbox.js';
import type { Drop, DropReason } from './nms/explained.js';
import type { Selection } from './suppress.js';

/** A candidate that was found and not reported. Boxes in source px. */
export interface Explanation {
  readonly label: string;
  readonly score: number;
  readonly box: Box;
  readonly reason: DropReason;
  /** The box that suppressed or decayed it, and their IoU. */
  readonly by?: { readonly label: string; readonly score: number; readonly box: Box };
  readonly iou?: number;
}

/** How candidates of input px become detections of source px. */
export interface Mapping {
  readonly letterbox: Letterbox;
  readonly labels: readonly string[];
  readonly explain?: (drop: Drop) => void;
}

/** The selected candidates as detections, in the order of the selection; those outside of the picture are dropped. */
export function toDetections(candidates: Candidates, selection: Selection, mapping: Mapping): Detection[] {
  const { letterbox, labels, explain } = mapping;
  const detections: Detection[] = [];
  for (let i = 0; i < selection.indices.length; i++) {
    const index = selection.indices[i];
    const box = toSource(boxAt(candidates, index), letterbox);
    if (!(box[2] > box[0] && box[3] > box[1])) {
      explain?.({ index, reason: 'outside' });
      continue;
    }
    const classId = candidates.classIds[index];
    const detection = { box, classId, label: labels[classId], score: selection.scores[i] };
    const landmarks = landmarksAt(candidates, index, letterbox);
    detections.push(landmarks ? { ...detection, landmarks } : detection);
  }
  return detections;
}

function boxAt({ boxes }: Candidates, index: number): Box {
  const at = index * 4;
  return [boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3]];
}

function landmarksAt(candidates: Candidates, index: number, letterbox: Letterbox): Landmark[] | undefined {
  const { landmarkCount, landmarks } = candidates;
  if (landmarkCount === 0) return undefined;
  return Array.from({ length: landmarkCount }, (_, k) => {
    const at = (index * landmarkCount + k) * 3;
    return landmarkToSource([landmarks[at], landmarks[at + 1], landmarks[at + 2]], letterbox);
  });
}

/** A dropped candidate in the user's terms. */
export function explanationOf(drop: Drop, candidates: Candidates, { letterbox, labels }: Mapping): Explanation {
  const describe = (index: number) => ({
    label: labels[candidates.classIds[index]],
    score: candidates.scores[index],
    box: toSource(boxAt(candidates, index), letterbox),
  });
  const { index, reason, by, iou } = drop;
  return by === undefined ? { ...describe(index), reason } : { ...describe(index), reason, by: describe(by), iou };
}
