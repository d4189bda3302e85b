import type { Anchor } from '#core/card.js';
import type { Rollback } from './guard.js';

/** Parts of the loss by name, and their sum. */
export type Losses = Readonly<Record<string, number>>;

/** What a run tells whoever watches it. */
export type TrainingEvent =
  | {
      readonly kind: 'started';
      readonly name: string;
      readonly architecture: string;
      readonly parameters: number;
      readonly labels: readonly string[];
      readonly trainPictures: number;
      readonly validationPictures: number;
      readonly anchors: readonly (readonly Anchor[])[];
      readonly bestPossibleRecall: number;
      readonly device: string;
      /** Steps done by earlier sittings. */
      readonly resumedSteps: number;
      readonly notes: readonly string[];
    }
  | {
      readonly kind: 'phase';
      readonly sizes: readonly number[];
      readonly mosaic: boolean;
      readonly epoch: number;
    }
  | StepEvent
  /** Something else than steps takes its time. */
  | { readonly kind: 'busy'; readonly text: string }
  | ValidatedEvent
  | ({ readonly kind: 'rolled-back' } & Rollback)
  | { readonly kind: 'saved'; readonly path: string }
  | {
      readonly kind: 'ended';
      readonly reason: EndReason;
      readonly epochs: number;
      readonly steps: number;
      readonly seconds: number;
      /** Targets of this sitting that found no room in their step and were not learnt from. */
      readonly leftOut: number;
      readonly best: { readonly epoch: number; readonly AP: number; readonly AP50: number } | undefined;
    };

export type EndReason = 'finished' | 'time' | 'patience' | 'interrupted';

/** After each step; means since the last one that was told. */
export interface StepEvent {
  readonly kind: 'step';
  /** 0-based. */
  readonly epoch: number;
  /** As many as are expected now; absent before the pace is known that decides it. */
  readonly epochs: number | undefined;
  /** Within the epoch, 1-based. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Means over the epoch so far. */
  readonly losses: Losses;
  readonly rate: number;
  readonly size: number;
  readonly picturesPerSecond: number;
  /** Share of the time that the step waited for the loader, 0..1. */
  readonly waitShare: number;
  readonly secondsLeft: number | undefined;
  /** Resident memory of the process. */
  readonly memoryMb: number;
  /** 0..1 */
  readonly progress: number;
}

export interface ValidatedEvent {
  readonly kind: 'validated';
  readonly epoch: number;
  readonly epochs: number;
  readonly losses: Losses;
  readonly AP: number;
  readonly AP50: number;
  readonly isBest: boolean;
  readonly rate: number;
  readonly trainedSeconds: number;
  readonly pictures: number;
}
