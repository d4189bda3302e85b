import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { DataType } from '#onnx/data-type.js';

/** A tensor that a step is fed besides its input: targets, weights, indices. */
export interface TargetSpec {
  readonly dims: readonly number[];
  readonly type?: DataType;
}

/** What a loss makes of a network's outputs: the number that is minimised, and numbers to look at. */
export interface LossValues {
  readonly total: Value;
  readonly parts: Readonly<Record<string, Value>>;
}

/** A loss of named outputs and named targets. Static shapes: how many targets a step may hold is fixed when it is compiled. */
export interface Loss {
  /** The targets to feed, for a batch and the outputs' shapes. */
  targets(outputs: Readonly<Record<string, readonly number[]>>): Readonly<Record<string, TargetSpec>>;
  build(
    g: GraphBuilder,
    outputs: Readonly<Record<string, Value>>,
    targets: Readonly<Record<string, Value>>,
  ): LossValues;
}
