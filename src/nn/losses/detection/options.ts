/**
 * Letters: N pictures, A anchors per cell, H W cells, C classes, L landmarks, D = 5 + C + 2 L values per anchor,
 * M rows: most positives that a step may hold for one head.
 */
import type { BoxMeasure } from '../box-iou.js';

/** One head: the network's output `[N, A D, H, W]`, channel a D + d; d is x, y, w, h, objectness, classes, landmark x y pairs. */
export interface DetectionHead {
  readonly output: string;
  /** Width and height of each anchor in grid cells (input px over stride). */
  readonly anchors: readonly (readonly [width: number, height: number])[];
  /** M: rows of the head's positive targets. */
  readonly positives: number;
  /** Factor on the head's objectness loss; YOLOv5 uses 4, 1, 0.4 for strides 8, 16, 32. */
  readonly balance: number;
}

export interface DetectionLossOptions {
  readonly heads: readonly DetectionHead[];
  /** C; 0 for a single class that objectness tells alone. */
  readonly classes: number;
  /** L; default 0. */
  readonly landmarks?: number;
  /** Default `ciou`. */
  readonly measure?: BoxMeasure;
  /** Default `bce`: classes do not exclude each other. */
  readonly classLoss?: 'bce' | 'softmax';
  /** Focal weighting of objectness and class BCE; 0 (the default) for none. */
  readonly focalGamma?: number;
  /** Objectness target of a positive: (1 - r) + r IoU. Default r = 1, as in YOLOv5. */
  readonly iouRatio?: number;
  /** Weights of the parts. */
  readonly gains: {
    readonly box: number;
    readonly objectness: number;
    readonly classes: number;
    readonly landmarks?: number;
  };
  /** Of the landmark distances, measured in grid cells. Default `smooth-l1`. */
  readonly landmarkLoss?: 'smooth-l1' | 'wing';
}

/** D: values per anchor. */
export const rowLength = ({ classes, landmarks = 0 }: DetectionLossOptions) => 5 + classes + 2 * landmarks;
