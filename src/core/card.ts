import type { Size } from './size.js';
import type { ElementType } from './tensor.js';

/** How the source picture is brought into the input: keep its shape (padding centred or to the right and bottom), or not. */
export type Fit = 'letterbox' | 'letterbox-top-left' | 'stretch';

/** One input or output of an ONNX graph as the file declares it; -1 for a dimension that is free. */
export interface ValueSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
}

/** How to feed a model. */
export interface InputSpec extends ValueSpec {
  readonly layout: 'NCHW' | 'NHWC';
  /** The size that is fed: the graph's own, or the one chosen for a graph of free size. */
  readonly size: Size;
  readonly fit: Fit;
  /** Grey value of the padding, 0..255. */
  readonly padding: number;
  readonly channels: 'RGB' | 'BGR';
  /** Fed value = (pixel - mean) / std, pixel 0..255, one number per channel in the model's channel order. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Prior width and height in input px. */
export type Anchor = readonly [width: number, height: number];

/** One raw head of anchor boxes. */
export interface AnchorHead {
  readonly output: string;
  /** Input px per grid cell. */
  readonly stride: number;
  readonly anchors: readonly Anchor[];
}

/** How to read a model's outputs: one member per layout, chosen by `kind`. C classes, K landmarks, N rows. */
export type DecoderSpec =
  /** Raw heads `[1, A*(5+C), H, W]` or `[1, A, H, W, 5+C]` (YOLOv2, v3, v4: `exp` sizes; v5, v7: `sigmoid` sizes). */
  | {
      readonly kind: 'anchor-grid';
      readonly heads: readonly AnchorHead[];
      readonly sizes: 'exp' | 'sigmoid';
      readonly classes: 'sigmoid' | 'softmax';
      /** Grid sensitivity of YOLOv4 (scale_x_y); 1 for v2 and v3; v5 and v7 use 2. */
      readonly gridScale: number;
    }
  /** Rows decoded in the graph, `[1, N, 5+C]`: cx, cy, w, h in input px, objectness, class probabilities (YOLOv5, v7 exports). */
  | { readonly kind: 'rows'; readonly output: string }
  | { readonly kind: 'yolo-fastest-v2'; readonly output: string; readonly heads: readonly Omit<AnchorHead, 'output'>[] }
  | {
      readonly kind: 'yolox';
      readonly output: string;
      readonly strides: readonly number[] /** false: the grid is already applied in the graph. */;
      readonly raw: boolean;
    }
  /** `[1, 4+C+K*D, N]`: cx, cy, w, h in input px, class probabilities, then landmarks of D = 2 or 3 numbers (YOLOv8, v11, pose). */
  | { readonly kind: 'columns'; readonly output: string; readonly landmarks: number; readonly landmarkValues: 2 | 3 }
  /** `[1, N, 6]`: x1, y1, x2, y2 in input px, score, class; nothing left to suppress (YOLOv10, v26). */
  | { readonly kind: 'end-to-end'; readonly output: string }
  | { readonly kind: 'fastestdet'; readonly output: string }
  | {
      readonly kind: 'scrfd';
      readonly heads: readonly {
        readonly stride: number;
        readonly score: string;
        readonly box: string;
        readonly landmarks?: string;
      }[];
      readonly anchorsPerCell: number;
    }
  | {
      readonly kind: 'retinaface';
      readonly boxes: string;
      readonly scores: string;
      readonly landmarks: string;
      readonly priors: readonly { readonly stride: number; readonly sizes: readonly number[] }[];
      readonly variances: readonly [number, number];
    }
  | { readonly kind: 'ultraface'; readonly boxes: string; readonly scores: string }
  /** Raw maps `[1, 4*bins + C + K*3, H, W]` per stride, boxes as distributions over `bins` distances (YOLOv8 face). */
  | {
      readonly kind: 'distribution';
      readonly heads: readonly { readonly output: string; readonly stride: number }[];
      readonly bins: number;
      readonly landmarks: number;
    };

/** Everything needed to feed a model and to read what it says: `models/<name>/card.json`. */
export interface Card {
  readonly version: 1;
  readonly name: string;
  readonly description?: string;
  readonly licence?: string;
  /** The ONNX file beside the card. */
  readonly model: { readonly file: string; readonly sha256: string };
  readonly input: InputSpec;
  readonly outputs: readonly ValueSpec[];
  readonly decoder: DecoderSpec;
  /** Label of each class, by class id. */
  readonly labels: readonly string[];
  /** Name of each landmark, in the decoder's order. */
  readonly landmarks?: readonly string[];
  /** The thresholds that serve this model best; defaults apply where absent. */
  readonly thresholds?: {
    readonly score?: number;
    readonly iou?: number;
    readonly perClass?: Readonly<Record<string, number>>;
  };
  /** Measured figures, e.g. `{ "AP50": 0.41 }`. */
  readonly metrics?: Readonly<Record<string, unknown>>;
  /** How the model was trained. */
  readonly recipe?: Readonly<Record<string, unknown>>;
}
