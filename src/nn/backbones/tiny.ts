import type { DetectorSpec } from '../detector.js';

/** About 1.4 M parameters. Heads at strides 16 and 32. */
export const tiny: DetectorSpec = {
  name: 'tiny',
  backbone: {
    activation: 'leaky',
    stem: 16, //                         stride 2
    stages: [
      { channels: 32, blocks: 1 }, //    stride 4
      { channels: 64, blocks: 2 }, //    stride 8
      { channels: 128, blocks: 2 }, //   stride 16
      { channels: 256, blocks: 1 }, //   stride 32
    ],
    pools: 3,
  },
  neck: {
    levels: [
      { stride: 32, channels: 128 },
      { stride: 16, channels: 128 },
    ],
  },
  strides: [16, 32],
};
