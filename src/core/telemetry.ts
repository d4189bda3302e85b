import type { CameraState, FaultCause } from './camera.js';

/** The parts of a frame's way. wait: from decoded to the start of its inference. */
export const STAGES = ['decode', 'wait', 'inference', 'suppress', 'track', 'publish'] as const;
export type Stage = (typeof STAGES)[number];

/** What became of a frame: analysed; overtaken by a newer one; skipped by the analysis rate; failed in inference; broken on arrival. */
export const FRAME_OUTCOMES = ['analysed', 'overtaken', 'skipped', 'failed', 'broken'] as const;
export type FrameOutcome = (typeof FRAME_OUTCOMES)[number];

/** The pipeline's figures, told as they happen. Every call is cheap and never throws. */
export interface Telemetry {
  stage(camera: string, stage: Stage, seconds: number): void;
  /** From the frame's arrival to its observation handed to the viewers' queues. */
  endToEnd(camera: string, seconds: number): void;
  frame(camera: string, outcome: FrameOutcome): void;
  batch(size: number): void;
  reconnect(camera: string, cause: FaultCause): void;
  state(camera: string, state: CameraState): void;
  /** Forgets a camera that was removed. */
  forget(camera: string): void;
  model(info: { readonly name: string; readonly sha256: string; readonly device: string }): void;
}

/** Listens to nothing. */
export const silent: Telemetry = {
  stage: () => {},
  endToEnd: () => {},
  frame: () => {},
  batch: () => {},
  reconnect: () => {},
  state: () => {},
  forget: () => {},
  model: () => {},
};
