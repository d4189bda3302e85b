import type { Card } from './card.js';
import type { Size } from './size.js';
import type { RawOutput } from './tensor.js';

/** What was asked to run a model and what really runs it. */
export interface DeviceReport {
  /** As the user asked: `auto`, `cpu`, `webgpu`, `cuda`, ... */
  readonly asked: string;
  /** The execution provider that was verified to run the graph. */
  readonly ran: string;
  /** Why `auto` did not take a faster one, one sentence per provider tried. */
  readonly fellBack: readonly string[];
}

/** What one batch gave. */
export interface Inference {
  /** One per picture, in the order given. */
  readonly outputs: readonly RawOutput[];
  /** The buffers that were handed in, given back for reuse. */
  readonly pictures: readonly Uint8Array<ArrayBuffer>[];
  /** Time inside the runtime, ms. */
  readonly inferenceMs: number;
}

/** A loaded model behind worker threads. */
export interface Engine {
  readonly card: Card;
  readonly device: DeviceReport;
  readonly workers: number;
  readonly threadsPerWorker: number;
  /** Largest batch that one call may hold, 1 for graphs of fixed batch. */
  readonly maxBatch: number;
  /**
   * Runs the model. Each picture is uint8 `[3, H, W]`, planes R, G, B, of one size, the card's input size unless another is
   * said (graphs of free size), a view of a whole plain ArrayBuffer; it is transferred and comes back in the result. Calls
   * queue; as many run at once as there are workers.
   * @throws LookoutError kind `inference` when the runtime fails or a worker dies (the worker is replaced).
   */
  infer(pictures: readonly Uint8Array<ArrayBuffer>[], size?: Size): Promise<Inference>;
  /**
   * Takes outputs back that nobody reads any more: a later inference writes into them, so that the steady state allocates
   * nothing. Need not be called; the arrays are gone afterwards.
   */
  reuse(outputs: RawOutput): void;
  close(): Promise<void>;
}
