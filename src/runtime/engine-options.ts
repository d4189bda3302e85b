import type { Card } from '#core/card.js';
import type { Size } from '#core/size.js';
import type { AnchorTable } from './presets/anchors.js';

/**
 * What the share of the cores is chosen for: the most pictures per second, the shortest time for one, or for several that come at
 * the same time: then a worker per core, so that none waits for another's end while a core is free.
 */
export type Goal = 'throughput' | 'latency' | 'concurrency';

/** Which model, and how its card is come by. */
export interface ModelOptions {
  /** A name in `modelsDir`, a folder with a card, a `card.json`, or an ONNX file. */
  readonly model: string;
  /** Where names are looked up; `models` by default. */
  readonly modelsDir?: string;
  /** Reads a bare ONNX file by this preset instead of by what the file says. */
  readonly preset?: string;
  /** Class names for a bare ONNX file. */
  readonly labels?: readonly string[];
  /** Anchors for a bare ONNX file with raw heads, instead of the family's public ones. */
  readonly anchors?: AnchorTable;
  /** Input size for graphs of free size, px, rounded up to whole strides. */
  readonly imgsz?: number | Size;
}

/** How a model is run. */
export interface EngineOptions extends ModelOptions {
  /** `auto` (default), `cpu`, `webgpu`, `cuda`, ... */
  readonly device?: string;
  /** Worker threads; measured by default. */
  readonly workers?: number;
  /** Threads inside each worker; measured by default. */
  readonly threads?: number;
  /** `throughput` by default. */
  readonly goal?: Goal;
  /**
   * The lowest score that will ever be asked for, 0..1, or how it follows from the card: rows that cannot reach it are dropped
   * inside the graph where that is faster (one picture at a time on the CPU). Absent: nothing is dropped.
   */
  readonly scoreFloor?: number | ((card: Card) => number);
  /** Pictures that one call will hold at most; 1 lets a graph of free batch size be fixed and its outputs shrink. */
  readonly maxBatch?: number;
  /** Where measurements are kept; the user's cache folder by default, `false` for nowhere. */
  readonly cacheDir?: string | false;
}
