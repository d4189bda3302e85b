/** Letters: A anchors per cell, C classes, L landmarks, D = 5 + C + 2 L values per anchor. */
import type { Value } from '#onnx/builder.js';
import type { Initialiser } from '../initialisers.js';
import { normal } from '../initialisers.js';
import type { Activation } from '../layers/activation.js';
import { conv } from '../layers/convolution.js';
import type { Net } from '../net.js';

export interface AnchorHeadSpec {
  readonly anchors: number;
  readonly classes: number;
  readonly landmarks?: number;
  /** Input px per cell; with `inputSize` it sets the prior of objectness. */
  readonly stride: number;
  /** Longer side of the input, px. */
  readonly inputSize: number;
  /** Channels of a 3x3 convolution in front; none by default. */
  readonly hidden?: number;
}

/**
 * Biases that say what is likely before anything is learnt: about 8 objects per picture, spread over its cells, and
 * each class one of C (Lin et al. 2017, section 3.3, with YOLOv5's numbers).
 */
function prior({ anchors, classes, landmarks = 0, stride, inputSize }: AnchorHeadSpec): Initialiser {
  const length = 5 + classes + 2 * landmarks;
  const cells = (inputSize / stride) ** 2;
  return (into) => {
    into.fill(0);
    for (let anchor = 0; anchor < anchors; anchor++) {
      const first = anchor * length;
      into[first + 4] = Math.log(8 / cells);
      if (classes > 1) into.fill(Math.log(0.6 / (classes - 0.99)), first + 5, first + 5 + classes);
    }
  };
}

/** Raw map `[N, A D, H, W]` of one stride: channel a D + d, d = x, y, w, h, objectness, classes, landmarks. */
export function anchorHead(net: Net, x: Value, spec: AnchorHeadSpec, activation: Activation): Value {
  const { anchors, classes, landmarks = 0, hidden } = spec;
  const channels = anchors * (5 + classes + 2 * landmarks);
  return net.in(`head${spec.stride}`, () => {
    const features = hidden ? conv('hidden', hidden, { activation })(net, x) : x;
    const raw = { kernel: 1, norm: false, activation: 'none', initialise: normal(0.01), bias: prior(spec) } as const;
    return conv('raw', channels, raw)(net, features);
  });
}
