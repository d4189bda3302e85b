import type { DetectorSpec } from '../detector.js';

/** About 4 M parameters. Heads at strides 8, 16 and 32. */
export const small: DetectorSpec = {
  name: 'small',
  backbone: {
    activation: 'silu',
    stem: 24, //                         stride 2
    stages: [
      { channels: 48, blocks: 1 }, //    stride 4
      { channels: 96, blocks: 2 }, //    stride 8
      { channels: 192, blocks: 4 }, //   stride 16
      { channels: 384, blocks: 2 }, //   stride 32
    ],
    pools: 3,
  },
  neck: {
    levels: [
      { stride: 32, channels: 192 },
      { stride: 16, channels: 192 },
      { stride: 8, channels: 96 },
    ],
  },
  strides: [8, 16, 32],
};
