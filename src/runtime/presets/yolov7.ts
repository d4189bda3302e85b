import { BEFORE_NMS } from '../graph/tensorrt-nms.js';
import { yolov7Raw } from './anchor-grid.js';
import { readColumns, readRows, yolov5 } from './dense.js';
import { readNumbered, readParts } from './end-to-end.js';
import type { ModelFacts } from './facts.js';
import type { Preset, Reading } from './preset.js';

/** What `--end2end` leaves: rows of any number, a count with three lists, or boxes and scores for TensorRT to suppress. */
function readEndToEnd(facts: ModelFacts): Reading | undefined {
  const isCut = facts.outputs.some(({ name }) => name === BEFORE_NMS);
  return isCut ? readColumns(facts) : (readNumbered(facts) ?? readParts(facts));
}

/** Decoded rows, raw heads, or suppressed boxes. */
export const yolov7: Preset = {
  ...yolov7Raw,
  expects: `${yolov5.expects}, or ${yolov7Raw.expects}, or of --end2end [N, 7] or [1, 1], [1, M, 4], [1, M], [1, M]`,
  read: (facts) => readRows(facts, 'none') ?? readEndToEnd(facts) ?? yolov7Raw.read(facts),
};
