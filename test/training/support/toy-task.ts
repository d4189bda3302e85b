import type { Batch } from '#dataset/batch.js';
import { GraphBuilder } from '#onnx/builder.js';
import { encodeModel } from '#onnx/encode.js';
import type { StepGraph } from '#runtime/step-protocol.js';
import type { Feed } from '#runtime/worker-protocol.js';
import type { StepControl, TrainingTask } from '#training/run/task.js';
import type { Found } from '#vision/metrics/pictures.js';

/** Trouble that a toy makes at certain steps. */
export interface Trouble {
  /** Steps whose loss is not finite. */
  readonly loss?: readonly number[];
  /** Steps that leave parameters that are not finite behind, although their loss is fine. */
  readonly update?: readonly number[];
}

/**
 * A task whose every number is known: one parameter, from 1, that loses rate * 0.1 at each step; the loss is the parameter.
 * What it finds in pictures is the caller's to say.
 */
export function toyTask(
  trouble: Trouble,
  find: (picture: number) => Found[] = () => [],
): TrainingTask & { steps: StepControl[] } {
  const steps: StepControl[] = [];
  const scalar = (name: string, value: number): Feed => ({
    name,
    type: 'float32',
    dims: [1],
    parts: [Float32Array.of(value)],
  });
  const pictures = ({ pictures: data }: Batch): Feed => ({
    name: 'pictures',
    type: 'uint8',
    dims: [data.length],
    parts: [data],
  });
  let seen = 0;
  return {
    parameters: 1,
    lookBatch: 2,
    states: [{ name: 'parameters', type: 'float32', dims: [1] }],
    steps,
    initialState: () => new Map([['parameters', Float32Array.of(1)]]),
    stepGraph: ({ width }): StepGraph => {
      const g = new GraphBuilder('toy');
      const w = g.input('parameters', [1]);
      g.output('loss', g.op.Add(w, g.input('trouble', [1])));
      const used = g.op.ReduceMax(
        g.op.Cast(g.input('pictures', [2 * 3 * width * width], 'uint8'), { to: 1 }),
        undefined,
        { keepdims: 0 },
      );
      g.output('seen', g.reshape(used, [1]));
      g.output('next/parameters', g.op.Sub(w, g.op.Mul(g.input('rate', [1]), g.scalar(0.1))));
      return {
        key: `toy-${width}`,
        model: encodeModel(g.build()),
        reads: { parameters: 'parameters' },
        writes: { 'next/parameters': 'parameters' },
      };
    },
    stepFeeds: (batch, control) => {
      steps.push(control);
      const rate = trouble.update?.includes(steps.length) ? Number.NaN : control.rate;
      return [
        pictures(batch),
        scalar('rate', rate),
        scalar('trouble', trouble.loss?.includes(steps.length) ? Number.NaN : 0),
      ];
    },
    figures: (outputs) => {
      const total = (outputs.get('loss')!.data as Float32Array)[0]!;
      return { total, gradient: 1 };
    },
    lookGraph: () => {
      const g = new GraphBuilder('look');
      g.output('kept', g.op.Neg(g.input('parameters', [1])));
      g.output('size', g.op.Cast(g.input('pictures', [2 * 3 * 64 * 64], 'uint8'), { to: 1 }));
      return { key: 'look', model: encodeModel(g.build()), reads: { parameters: 'parameters' }, writes: {} };
    },
    lookFeeds: (batch) => [pictures(batch)],
    detections: (_, count) => Array.from({ length: count }, () => find(seen++)),
  };
}
