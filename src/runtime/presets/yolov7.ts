import { yolov7Raw } from './anchor-grid.js';
import { readRows, yolov5 } from './dense.js';
import { readNumbered, readParts } from './end-to-end.js';
import type { Preset } from './preset.js';

/** Decoded rows, raw heads, or what `--end2end` leaves of them. */
export const yolov7: Preset = {
  ...yolov7Raw,
  expects: `${yolov5.expects}, or ${yolov7Raw.expects}, or of --end2end [N, 7] or [1, 1], [1, M, 4], [1, M], [1, M]`,
  read: (facts) => readRows(facts, 'none') ?? readNumbered(facts) ?? readParts(facts) ?? yolov7Raw.read(facts),
};
