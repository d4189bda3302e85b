import type { TrainingRecord } from './training-record.js';

/** Training runs that may be looked at, by name. Reading never changes a run. */
export interface TrainingPort {
  /** Newest word first. */
  list(): Promise<readonly { readonly run: string; readonly record: TrainingRecord }[]>;
  read(run: string): Promise<TrainingRecord | undefined>;
  /** A JPEG that the run's record names. */
  picture(run: string, file: string): Promise<Uint8Array | undefined>;
}
