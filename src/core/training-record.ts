import type { Box } from './box.js';

/** Name of the record in a run's folder, and of the folder beside it that holds the pictures it speaks of. */
export const TRAINING_RECORD = 'run.json';
export const TRAINING_PICTURES = 'pictures';

/** `interrupted` may be gone on with; a run that is `training` and has said nothing for minutes was killed. */
export type TrainingState = 'training' | 'finished' | 'interrupted' | 'failed';

/** Where a run stands in this moment; losses are means over the epoch so far. */
export interface TrainingMoment {
  /** 0-based; `epochs` is how many are expected now, once that can be told. */
  readonly epoch: number;
  readonly epochs?: number;
  /** Within the epoch, 1-based. */
  readonly step: number;
  readonly steps_per_epoch: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly rate: number;
  /** Side of the pictures, px. */
  readonly size: number;
  readonly pictures_per_second: number;
  /** Share of the time that the step waited for pictures, 0..1. */
  readonly wait_share: number;
  readonly seconds_left?: number;
  readonly memory_mb: number;
  /** Of the whole run, 0..1. */
  readonly progress: number;
}

/** One epoch that is over; AP where the held-out pictures were looked at. */
export interface TrainingEpoch {
  readonly epoch: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly rate: number;
  readonly size: number;
  readonly trained_seconds: number;
  readonly AP?: number;
  readonly AP50?: number;
}

/** A held-out picture: what is there, and what the run finds there now. Boxes are px of the picture. */
export interface TrainingPicture {
  /** In the folder of the pictures. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly truths: readonly { readonly class_id: number; readonly box: Box }[];
  readonly detections: readonly { readonly class_id: number; readonly box: Box; readonly score: number }[];
}

/** All that a run says of itself while it goes on: `run.json` in its folder, written anew every few seconds. Grows additively. */
export interface TrainingRecord {
  readonly format: 1;
  readonly name: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly device: string;
  readonly labels: readonly string[];
  readonly train_pictures: number;
  readonly validation_pictures: number;
  readonly state: TrainingState;
  /** Why it ended; what went wrong where it failed. */
  readonly reason?: string;
  /** ms since the Unix epoch: begin of this sitting, last word. */
  readonly started_at: number;
  readonly updated_at: number;
  readonly now?: TrainingMoment;
  readonly history: readonly TrainingEpoch[];
  readonly best?: { readonly epoch: number; readonly AP: number; readonly AP50: number };
  /** How often the run was taken back to its last good state. */
  readonly rollbacks: number;
  /** Score from which detections of the pictures are told: the best mean F1. */
  readonly threshold?: number;
  readonly pictures: readonly TrainingPicture[];
}
