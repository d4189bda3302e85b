import type { ElementType } from '#core/tensor.js';
import type { SessionOptions, TypedArray, TypedTensor } from './session.js';
import type { Combination, StepBoard } from './step-board.js';
import type { Feed } from './worker-protocol.js';

/** A tensor that stays in the worker from run to run: a vector of parameters, moments, running statistics. */
export interface StateSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
}

/** A graph and which of its inputs and outputs are state. */
export interface StepGraph {
  /** What the caller calls it. */
  readonly key: string;
  readonly model: Uint8Array;
  /** In place of the runner's own. */
  readonly threads?: number;
  /** State by the name of the input that reads it. */
  readonly reads: Readonly<Record<string, string>>;
  /** State by the name of the output that replaces it. */
  readonly writes: Readonly<Record<string, string>>;
}

/** What a step worker is started with. */
export interface StepSettings {
  readonly session: SessionOptions;
  readonly states: readonly StateSpec[];
  /** Where it is one of a team. */
  readonly board?: StepBoard;
}

export type StepRequest =
  | { readonly do: 'open'; readonly graph: StepGraph }
  | { readonly do: 'drop'; readonly key: string }
  | { readonly do: 'run'; readonly key: string; readonly feeds: readonly Feed[] }
  /** Lays out state for the other members. */
  | { readonly do: 'publish'; readonly names: readonly string[] }
  /** Replaces state by what all members have laid out, combined. */
  | { readonly do: 'combine'; readonly states: Readonly<Record<string, Combination>> }
  /** Takes back what the last run wrote into the state. */
  | { readonly do: 'undo' }
  | { readonly do: 'read'; readonly names: readonly string[] }
  | { readonly do: 'write'; readonly values: readonly (readonly [name: string, data: TypedArray])[] };

export type StepReply =
  | { readonly is: 'done' }
  | {
      readonly is: 'ran';
      /** All outputs that are no state. */
      readonly outputs: readonly (readonly [name: string, tensor: TypedTensor])[];
      readonly feeds: readonly Feed[];
      readonly runMs: number;
    }
  | { readonly is: 'state'; readonly values: readonly (readonly [name: string, data: TypedArray])[] };
