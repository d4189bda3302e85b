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
  /**
   * The size takes the shape of each picture and keeps about its number of pixels, so that little of it is padding. For graphs
   * whose height and width are free.
   */
  readonly adapts?: boolean;
  readonly fit: Fit;
  /** Grey value of the padding, 0..255. */
  readonly padding: number;
  readonly channels: 'RGB' | 'BGR';
  /**
   * Fed value = (pixel - mean) / std, pixel 0..255, one number per channel in the model's channel order. An int8 input is fed it
   * rounded and held in -128..127: mean 128 and std 1 are its usual pixel - 128.
   */
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
  /** Takes the place of the decoder's `gridScale` for this head: YOLOv4 has 1.2, 1.1 and 1.05 at strides 8, 16 and 32. */
  readonly gridScale?: number;
}

/**
 * How to read a model's outputs: one member per layout, chosen by `kind`. N rows, A anchors, C classes (the number of the
 * card's labels), K landmarks, H W cells. The leading batch dimension may be missing. Of a vector of class scores the best
 * class of a row counts, with `multiLabel: true` every class above the threshold (darknet; Ultralytics when it measures AP).
 *
 * `reduced: true` says that the vector has been taken out of the graph's output: where objectness (if any) and C class
 * probabilities were, there are exactly two numbers, the final score (objectness times best class) and the class id.
 * Everything before and after stays as it was. It excludes `multiLabel`.
 */
export type DecoderSpec =
  /**
   * Raw heads, logits: `[1, A*(5+C), H, W]`, `[1, A, H, W, 5+C]`, `[1, A, 5+C, H, W]`, `[1, H, W, A, 5+C]` or `[1, H, W, A*(5+C)]`,
   * told apart by A, C and the grid (YOLOv2, v3, v4: `exp` sizes; v5, v7, scaled YOLOv4: `sigmoid` sizes).
   */
  | {
      readonly kind: 'anchor-grid';
      readonly heads: readonly AnchorHead[];
      /** `exp`: anchor * exp(t); `sigmoid`: anchor * (2 * sigmoid(t))^2. */
      readonly sizes: 'exp' | 'sigmoid';
      /** `none`: the score is the objectness alone (YOLOv7 of one class, whose class logit is not trained). */
      readonly classes: 'sigmoid' | 'softmax' | 'none';
      /** Grid sensitivity of YOLOv4 (scale_x_y): centre = (s * sigmoid(t) - (s - 1) / 2 + cell) * stride; 1 for v2 and v3, 2 for v5 and v7. */
      readonly gridScale: number;
      /** The graph applies the sigmoid already: to every value (with `sigmoid` sizes only), or to `scores` alone (ONNX zoo's YOLOv4). */
      readonly activated?: boolean | 'scores';
      readonly multiLabel?: boolean;
    }
  /**
   * Rows decoded in the graph, `[1, N, 5+2K+C]`: cx, cy, w, h in input px, objectness, K landmarks x, y in input px, class
   * probabilities (YOLOv5, v7 exports; landmarks in YOLOv5-face, and never with `reduced`).
   */
  | {
      readonly kind: 'rows';
      readonly output: string;
      /** `none`: the score is the objectness alone (YOLOv7 of one class). Default: objectness times class probability. */
      readonly classes?: 'none';
      /** K, 0 by default. */
      readonly landmarks?: number;
      readonly reduced?: boolean;
      readonly multiLabel?: boolean;
    }
  /**
   * `[H*W of all heads, A*4 + A + C]`, cell-major, sigmoid applied: A boxes, A objectnesses, C class probabilities shared by the
   * anchors; every class above the threshold counts, as in its repository. Several outputs are one `[1, H, W, A*5+C]` per head, or
   * with `raw: true` three per head in turn, logits: `[1, A*4, H, W]`, `[1, A, H, W]`, `[1, C, H, W]`.
   */
  | {
      readonly kind: 'yolo-fastest-v2';
      readonly output: string | readonly string[];
      readonly heads: readonly Omit<AnchorHead, 'output'>[];
      readonly raw?: boolean;
    }
  /** `[1, N, 5+C]`, row-major cells of each stride in turn, objectness and class probabilities after the sigmoid. */
  | {
      readonly kind: 'yolox';
      readonly output: string;
      readonly strides: readonly number[];
      /** true: centre = (xy + cell) * stride, size = exp(wh) * stride; false: the graph has done so already. */
      readonly raw: boolean;
      readonly reduced?: boolean;
      readonly multiLabel?: boolean;
    }
  /**
   * `[1, 4+C+K*D, N]` (or transposed, `[1, N, 4+C+K*D]`): cx, cy, w, h in input px, class probabilities, then K landmarks of
   * D = 2 (x, y) or 3 (x, y, visibility 0..1) numbers in input px (YOLOv8, v11, pose). K is 0 and D any for models without.
   */
  | {
      readonly kind: 'columns';
      readonly output: string;
      readonly landmarks: number;
      readonly landmarkValues: 2 | 3;
      readonly reduced?: boolean;
      readonly multiLabel?: boolean;
    }
  /** `[1, N, 6+K*D]`: x1, y1, x2, y2 in input px, score, class, landmarks; nothing left to suppress (YOLOv10, v26). */
  | {
      readonly kind: 'end-to-end';
      readonly output: string;
      /** K, 0 by default. */
      readonly landmarks?: number;
      /** D, 3 by default. */
      readonly landmarkValues?: 2 | 3;
    }
  /** `[N, 7]`, N as many as were found: number of the picture, x1, y1, x2, y2 in input px, class, score (YOLOv7 `--end2end --max-wh`). */
  | { readonly kind: 'end-to-end-numbered'; readonly output: string }
  /** Of M places the first `count` `[1, 1]` are taken: `boxes` `[1, M, 4]` as corners in input px, `scores` and `classes` `[1, M]` (YOLOv7 `--end2end`). */
  | {
      readonly kind: 'end-to-end-parts';
      readonly count: string;
      readonly boxes: string;
      readonly scores: string;
      readonly classes: string;
    }
  /** `[1, 5+C, H, W]`: objectness, x, y, w, h, classes; centre = (cell + tanh) / grid, size = sigmoid, score = obj^0.6 * class^0.4. */
  | { readonly kind: 'fastestdet'; readonly output: string }
  /**
   * Per stride scores `[1, N, 1]` (probabilities), distances left, top, right, bottom `[1, N, 4]` and points `[1, N, 2*K]` in units of the
   * stride, N = H*W*anchorsPerCell, anchors of a cell in succession, their point at (column, row) * stride.
   */
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
  /** SSD regression against priors: boxes `[1, N, 4]`, scores `[1, N, 1+C]` (background first, probabilities), points `[1, N, 2*K]`. */
  | {
      readonly kind: 'retinaface';
      readonly boxes: string;
      readonly scores: string;
      readonly landmarks?: string;
      /** Prior sizes in input px per stride; row-major cells, sizes of a cell in succession. */
      readonly priors: readonly { readonly stride: number; readonly sizes: readonly number[] }[];
      readonly variances: readonly [number, number];
    }
  /** Corners `[1, N, 4]` or `[1, N, 1, 4]` in fractions of the input, scores `[1, N, C]` (pytorch-YOLOv4). */
  | { readonly kind: 'corners'; readonly boxes: string; readonly scores: string }
  /** The same with a background before the C classes: scores `[1, N, 1+C]`, probabilities. */
  | { readonly kind: 'ultraface'; readonly boxes: string; readonly scores: string }
  /**
   * Raw maps `[1, 4*bins + C + K*3, H, W]` per stride: logits of four distance distributions over 0..bins-1 strides (left, top,
   * right, bottom, from the cell's centre), class logits, landmarks (2 * t + cell) * stride with a visibility logit (YOLOv8 face).
   */
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
