import type { Engine } from '#core/engine.js';
import type { Frame } from '#core/frame.js';
import type { Letterbox } from '#core/letterbox.js';
import type { Stamp } from '#core/stamp.js';
import type { RawOutput } from '#core/tensor.js';

/** A frame after the model: its pixels are gone, what the model said of them is here. */
export interface Inferred {
  readonly stamp: Stamp;
  readonly letterbox: Letterbox;
  readonly outputs: RawOutput;
  readonly inferenceMs: number;
}

/**
 * The work of the model on one frame, for a pace to call. The frame's buffer goes to `recycle` as soon as the model is
 * done with it; after a failed inference it is lost with its worker.
 * @throws LookoutError kind `inference`
 */
export function inferred(
  engine: Engine,
  recycle: (data: Uint8Array<ArrayBuffer>) => void,
): (frame: Frame) => Promise<Inferred> {
  return async ({ stamp, letterbox, data }) => {
    const { outputs, pictures, inferenceMs } = await engine.infer([data], letterbox.input);
    recycle(pictures[0]!);
    return { stamp, letterbox, outputs: outputs[0]!, inferenceMs };
  };
}
