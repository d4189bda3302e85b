import type { Anchor, InputSpec, ValueSpec } from '#core/card.js';
import type { Size } from '#core/size.js';
import type { Quantisation } from '../graph/quantised-input.js';

/** What is known of a model before there is a card: the file itself and one test inference. */
export interface ModelFacts {
  /** Declared name, type and dims, and the layout that they show. */
  readonly input: ValueSpec & Pick<InputSpec, 'layout'>;
  /** The size that was fed. */
  readonly size: Size;
  /** The outputs in the graph's order with the shapes that the test inference gave. */
  readonly outputs: readonly ValueSpec[];
  /** What the test inference gave, by output name. */
  readonly values: ReadonlyMap<string, Float32Array>;
  /** Exporter metadata. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Class names, where the user or the exporter gave any. */
  readonly labels?: readonly string[];
  /** Anchors that the user gave, per head from the smallest stride. */
  readonly anchors?: readonly (readonly Anchor[])[];
  /** The layout was named, by the user or the exporter: what shapes alone would leave open is decided. */
  readonly named: boolean;
  /** How often each operator occurs. */
  readonly operators: ReadonlyMap<string, number>;
  /** The graph itself divides its input by 255. */
  readonly scaledInGraph: boolean;
  /** What the numbers of an int8 input stand for, where the graph says it. */
  readonly quantisation?: Quantisation;
}

/** An output's shape without the batch dimension that some exporters leave away; `rank` is what is left. */
export function shapeOf(output: ValueSpec, rank: number): readonly number[] | undefined {
  const { dims } = output;
  if (dims.length === rank + 1 && dims[0] === 1) return dims.slice(1);
  return dims.length === rank ? dims : undefined;
}

/** Cells of one grid. */
export function cellsOf({ width, height }: Size, stride: number): number {
  return Math.ceil(width / stride) * Math.ceil(height / stride);
}

/** Cells of several grids together. */
export function cellsOfAll(size: Size, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => sum + cellsOf(size, stride), 0);
}

/** `a [1, 2, 3], b [1, 4]`: shapes for messages. */
export function describeValues(values: readonly ValueSpec[]): string {
  return values.map(({ name, dims }) => `${name} [${dims.map((dim) => (dim < 0 ? '?' : dim)).join(', ')}]`).join(', ');
}
