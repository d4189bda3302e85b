/**
 * How pictures are varied for training. Probabilities are 0..1 per picture, ranges are drawn from uniformly; a 0 switches
 * a member off.
 */
export interface AugmentationPolicy {
  /** Probability of a picture (each tile of a mosaic) to be mirrored left to right. */
  readonly mirror: number;
  /** Probability to be turned upside down. */
  readonly flip: number;
  /** Size relative to the letterbox. */
  readonly scale: readonly [low: number, high: number];
  /** Largest change of the aspect ratio, e.g. 0.1 for 1/1.1 to 1.1. */
  readonly stretch: number;
  /** Largest shift, fraction of the input. */
  readonly translate: number;
  readonly rotateDegrees: number;
  readonly shearDegrees: number;
  /** Largest tilt: relative difference of scale between the middle and the edge. */
  readonly perspective: number;
  /** Probability to show only a part of the picture, and the smallest part, fraction of its area. */
  readonly crop: { readonly probability: number; readonly minArea: number };
  /** Elastic warping: displacement as a fraction of the distance between control points (at most 0.4), and those per side. */
  readonly warp: { readonly probability: number; readonly strength: number; readonly cells: number };
  /** Largest turn of the hue (1 is the circle); saturation and value by a factor of 1 - x to 1 + x. */
  readonly hsv: { readonly hue: number; readonly saturation: number; readonly value: number };
  /** Gain of each channel by 1 - x to 1 + x. */
  readonly channels: number;
  /** Standard deviation of the PCA colour shift (AlexNet: 0.1). */
  readonly pca: number;
  /** Probability to lose all colour (night cameras). */
  readonly grey: number;
  readonly blur: { readonly probability: number; readonly sigmaPx: number };
  readonly noise: { readonly probability: number; readonly sigmaLevels: number };
  /** Up to so many rectangles of up to this fraction of the side. */
  readonly cutout: { readonly probability: number; readonly count: number; readonly size: number };
  /** Four pictures around a random point; none in the last epochs, so that training ends on whole pictures. */
  readonly mosaic: { readonly probability: number; readonly closeEpochs: number };
  /** A second picture shines through; share from Beta(k, k). */
  readonly mixup: { readonly probability: number; readonly k: number };
  /** Up to so many objects of other pictures are pasted in. */
  readonly copyPaste: { readonly probability: number; readonly count: number };
}

/** The letterbox and nothing else: what inference sees. */
export const NO_AUGMENTATION: AugmentationPolicy = {
  mirror: 0,
  flip: 0,
  scale: [1, 1],
  stretch: 0,
  translate: 0,
  rotateDegrees: 0,
  shearDegrees: 0,
  perspective: 0,
  crop: { probability: 0, minArea: 1 },
  warp: { probability: 0, strength: 0, cells: 6 },
  hsv: { hue: 0, saturation: 0, value: 0 },
  channels: 0,
  pca: 0,
  grey: 0,
  blur: { probability: 0, sigmaPx: 0 },
  noise: { probability: 0, sigmaLevels: 0 },
  cutout: { probability: 0, count: 0, size: 0 },
  mosaic: { probability: 0, closeEpochs: 0 },
  mixup: { probability: 0, k: 8 },
  copyPaste: { probability: 0, count: 0 },
};

/** What serves detectors that are trained from scratch on some thousand pictures. */
export const STANDARD_AUGMENTATION: AugmentationPolicy = {
  ...NO_AUGMENTATION,
  mirror: 0.5,
  scale: [0.5, 1.5],
  stretch: 0.1,
  translate: 0.1,
  rotateDegrees: 3,
  shearDegrees: 1,
  perspective: 0,
  warp: { probability: 0.05, strength: 0.15, cells: 6 },
  hsv: { hue: 0.015, saturation: 0.6, value: 0.4 },
  channels: 0.05,
  pca: 0.1,
  grey: 0.02,
  blur: { probability: 0.05, sigmaPx: 1.2 },
  noise: { probability: 0.1, sigmaLevels: 8 },
  cutout: { probability: 0.1, count: 3, size: 0.25 },
  mosaic: { probability: 1, closeEpochs: 10 },
  mixup: { probability: 0.05, k: 8 },
  copyPaste: { probability: 0.1, count: 3 },
};

/** The policy of one epoch (0-based): without mosaic and mixup in the last ones. */
export function policyOfEpoch(policy: AugmentationPolicy, epoch: number, epochs: number): AugmentationPolicy {
  if (epoch < epochs - policy.mosaic.closeEpochs) return policy;
  return {
    ...policy,
    mosaic: { ...policy.mosaic, probability: 0 },
    mixup: { ...policy.mixup, probability: 0 },
  };
}
