import type { Size } from '#core/size.js';
import type { Batch } from '#dataset/batch.js';
import type { TypedTensor } from '#runtime/session.js';
import type { Combination } from '#runtime/step-board.js';
import type { StateSpec, StepGraph } from '#runtime/step-protocol.js';
import type { Feed } from '#runtime/worker-protocol.js';
import type { Found } from '#vision/metrics/pictures.js';

export type Outputs = ReadonlyMap<string, TypedTensor>;

/** What changes from step to step beside the batch. */
export interface StepControl {
  readonly rate: number;
  /** Share of the old average that the moving average keeps. */
  readonly emaDecay: number;
  /** Steps of the optimiser, from 1. */
  readonly step: number;
}

/** What is trained: a network with its loss and optimiser as graphs, and how batches become their inputs. */
export interface TrainingTask {
  /** Numbers that are learnt. */
  readonly parameters: number;
  /** float32, all of them. */
  readonly states: readonly StateSpec[];
  /** Values of all states at the start of a run. */
  initialState(): ReadonlyMap<string, Float32Array>;
  /** What runs for a batch of one input size: the whole step, or its gradients alone; the key names the size. */
  stepGraph(size: Size): StepGraph;
  stepFeeds(batch: Batch, control: StepControl): Feed[];
  /** Targets so far that found no room in their step and were not learnt from. */
  readonly leftOut?: number;
  /** Runners that share a batch out; each is fed as if its share were the batch. Default 1. */
  readonly members?: number;
  /** State that lasts from the step's graph to the update and is not saved. */
  readonly passing?: readonly StateSpec[];
  /** State that every member needs; the update's outcome among it. Default none. */
  readonly common?: readonly string[];
  /** Where the step's graph gives gradients alone: the update that ends a step. */
  readonly update?: {
    /** Batches whose gradients make one step. */
    readonly batches: number;
    readonly graph: StepGraph;
    /** State that is to be 0 behind it. */
    readonly clears?: string;
    /** State that each member has for its share, and what becomes of it before the update, which the first one runs. */
    readonly combines: Readonly<Record<string, Combination>>;
    feeds(control: StepControl): Feed[];
  };
  /** Parts of the loss and `gradient`, the gradient's norm, by name. `total` is the loss itself. */
  figures(outputs: Outputs): Readonly<Record<string, number>>;
  /** Pictures of a batch that the network looks at. */
  readonly lookBatch: number;
  /** The network as it will serve, on the moving average: key `look`. */
  lookGraph(): StepGraph;
  lookFeeds(batch: Batch): Feed[];
  /** What the network finds in each picture of a batch, in input px. */
  detections(outputs: Outputs, count: number): Found[][];
}
