import type { DetectorSpec } from '../detector.js';
import { tiny } from './tiny.js';

/** About 1.9 M parameters: `tiny` with a finer head and the way back up. Heads at strides 8, 16 and 32. */
export const compact: DetectorSpec = {
  ...tiny,
  name: 'compact',
  neck: { levels: [...tiny.neck.levels, { stride: 8, channels: 64 }], back: true },
  strides: [8, 16, 32],
};
