import type { Anchor } from '#core/card.js';
import type { Batch } from '#dataset/batch.js';
import type { TrainingData } from '../data/prepare-data.js';
import type { Recipe } from '../recipe/recipe.js';
import type { BatchSource } from './batches.js';
import type { EndReason, TrainingEvent } from './events.js';
import type { Look } from './look.js';
import type { EpochRecord, RunPosition, SavedRun } from './state.js';
import type { TrainingTask } from './task.js';

export interface TrainingRunOptions {
  readonly recipe: Recipe;
  readonly data: TrainingData;
  /** By stride, for the checkpoints. */
  readonly anchors: readonly (readonly Anchor[])[];
  readonly task: TrainingTask;
  /** Where checkpoints go; made if it is not there. */
  readonly folder: string;
  /** Continues where this was saved. */
  readonly saved?: SavedRun;
  /** What a new run starts from in place of the task's own initial state. */
  readonly initial?: ReadonlyMap<string, Float32Array>;
  /** Kept features in place of pictures: what the steps and what the looks are fed with. */
  readonly features?: { readonly train: BatchSource; readonly validation: () => AsyncIterable<Batch> };
  readonly signal?: AbortSignal;
  readonly tell: (event: TrainingEvent) => void;
  /** Given what each look at the validation pictures saw. */
  readonly looked?: (look: Look, history: readonly EpochRecord[]) => Promise<void>;
  /** ms on a steady clock. */
  readonly now?: () => number;
}

export interface RunResult {
  readonly reason: EndReason;
  readonly position: RunPosition;
}

/** Names of the checkpoints in a run's folder. */
export const LAST = 'last.ckpt';
export const BEST = 'best.ckpt';
