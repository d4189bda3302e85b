import type { Engine } from '#core/engine.js';
import type { Telemetry } from '#core/telemetry.js';
import type { RawOutput } from '#core/tensor.js';
import { FairNewest } from '#operators/fair-newest.js';
import type { LiveFrame } from './live-frame.js';

/** What became of a frame in the model. A failed inference concerns its frames alone: the camera goes on. */
export type Inferred =
  | {
      readonly frame: LiveFrame;
      readonly outputs: RawOutput;
      /** The outputs were read: later ones may be written over them. */
      readonly read: () => void;
      readonly inferenceMs: number;
      /** When it left the queue, `performance.now`, ms. */
      readonly startedAt: number;
    }
  | { readonly frame: LiveFrame; readonly error: unknown };

export type SharedInference = FairNewest<LiveFrame, Inferred>;

export interface SharedInferenceOptions {
  readonly engine: Engine;
  /** Most frames of different cameras in one inference; the model's own limit goes before it. */
  readonly batchSize: number;
  /** How long an incomplete batch waits for other cameras, ms. */
  readonly batchWaitMs: number;
  readonly recycle: (data: Uint8Array<ArrayBuffer>) => void;
  readonly telemetry: Telemetry;
  /** Told of each inference: how many frames, and how long it took. */
  readonly ran?: (frames: number, inferenceMs: number) => void;
}

/** The one model for all cameras: newest wins, fair between them, batched up to a deadline. Never fails as a whole. */
export function sharedInference(options: SharedInferenceOptions): SharedInference {
  const { engine, batchSize, batchWaitMs, recycle, telemetry, ran } = options;
  const maxBatch = Math.max(1, Math.min(batchSize, engine.maxBatch));
  const together = async (frames: readonly LiveFrame[]): Promise<Inferred[]> => {
    const startedAt = performance.now();
    telemetry.batch(frames.length);
    try {
      const { input } = frames[0]!.letterbox;
      const { outputs, pictures, inferenceMs } = await engine.infer(
        frames.map(({ data }) => data),
        input,
      );
      ran?.(frames.length, inferenceMs);
      for (const picture of pictures) recycle(picture);
      return frames.map((frame, at) => {
        const own = outputs[at]!;
        return { frame, outputs: own, read: () => engine.reuse(own), inferenceMs, startedAt };
      });
    } catch (error) {
      return frames.map((frame) => ({ frame, error }));
    }
  };
  /** Frames of different shapes have an inference each. */
  const work = async (frames: readonly LiveFrame[]): Promise<Inferred[]> => {
    const done = new Map<LiveFrame, Inferred>();
    for (const alike of byInput(frames)) {
      for (const inferred of await together(alike)) done.set(inferred.frame, inferred);
    }
    return frames.map((frame) => done.get(frame)!);
  };
  return new FairNewest({ work, slots: engine.workers, maxBatch, waitMs: maxBatch > 1 ? batchWaitMs : 0 });
}

function byInput(frames: readonly LiveFrame[]): LiveFrame[][] {
  const groups = new Map<string, LiveFrame[]>();
  for (const frame of frames) {
    const { width, height } = frame.letterbox.input;
    const key = `${width}x${height}`;
    groups.set(key, [...(groups.get(key) ?? []), frame]);
  }
  return [...groups.values()];
}
