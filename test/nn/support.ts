import ort from 'onnxruntime-node';
import { initialParameters, initialStates } from '#nn/layout.js';
import type { StepState } from '#nn/optimisers/transform.js';
import type { CompiledStep } from '#nn/step.js';
import { GraphBuilder, type Value } from '#onnx/builder.js';
import type { DataType } from '#onnx/data-type.js';
import { encodeModel } from '#onnx/encode.js';
import type { Model } from '#onnx/model.js';

export type Data = Float32Array | Int32Array | BigInt64Array | Uint8Array;

export interface Fed {
  readonly type?: DataType;
  readonly dims: readonly number[];
  readonly data: Data | readonly number[];
}

function toTensor({ type = 'float32', dims, data }: Fed): ort.Tensor {
  const values = Array.isArray(data) ? Float32Array.from(data) : data;
  return new ort.Tensor(type as 'float32', values as Float32Array, [...dims]);
}

export interface Opened {
  run(feeds: Readonly<Record<string, Fed>>): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}

export async function openModel(model: Model, options: ort.InferenceSession.SessionOptions = {}): Promise<Opened> {
  const session = await ort.InferenceSession.create(encodeModel(model), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'basic',
    ...options,
  });
  const run: Opened['run'] = async (feeds) => {
    const results = await session.run(
      Object.fromEntries(Object.entries(feeds).map(([name, fed]) => [name, toTensor(fed)])),
    );
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
  };
  return { run, close: () => session.release() };
}

/** Builds a graph over some inputs, runs it once and gives what the builder returned. */
export async function evaluate(
  inputs: Readonly<Record<string, Fed>>,
  build: (g: GraphBuilder, x: Record<string, Value>) => Value,
): Promise<number[]> {
  const g = new GraphBuilder('test');
  const values = Object.entries(inputs).map(([name, { dims, type }]) => [name, g.input(name, dims, type)] as const);
  g.output('y', build(g, Object.fromEntries(values)));
  const model = await openModel(g.build());
  const { y } = await model.run(inputs);
  await model.close();
  return Array.from(y!);
}

/** A training run in memory: carries the vectors of a compiled step. */
export class Trainer {
  readonly vectors = new Map<string, Float32Array>();
  readonly step: CompiledStep;
  readonly #opened: Opened;
  #count = 0;

  private constructor(step: CompiledStep, opened: Opened) {
    this.step = step;
    this.#opened = opened;
  }

  static async start(
    step: CompiledStep,
    seed = 1,
    options: ort.InferenceSession.SessionOptions = {},
  ): Promise<Trainer> {
    const trainer = new Trainer(step, await openModel(step.model, options));
    for (const [name, length] of step.vectors) trainer.vectors.set(name, new Float32Array(length));
    trainer.set('parameters', initialParameters(step.layout, seed));
    trainer.set('states', initialStates(step.layout));
    trainer.set('ema', initialParameters(step.layout, seed));
    trainer.set('ema-states', initialStates(step.layout));
    return trainer;
  }

  set(name: string, values: Float32Array): void {
    if (this.vectors.has(name)) this.vectors.set(name, Float32Array.from(values));
  }

  /** One step; gives the figures. */
  async run(
    feeds: Readonly<Record<string, Fed>>,
    state: Partial<StepState> & { emaDecay?: number } = {},
  ): Promise<Record<string, number>> {
    const step = ++this.#count;
    const scalars = this.step.scalars({ step, learningRate: 0.01, ...state });
    const all: Record<string, Fed> = { ...feeds };
    for (const [name, data] of this.vectors) all[name] = { dims: [data.length], data };
    for (const [name, value] of Object.entries(scalars)) all[name] ??= { dims: [1], data: [value] };
    if (this.step.seeded) all.seed ??= { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(step)) };
    const results = await this.#opened.run(all);
    for (const name of this.vectors.keys()) this.vectors.set(name, results[`next/${name}`]!);
    return Object.fromEntries(this.step.figures.map((name) => [name, results[name]![0]!]));
  }

  close(): Promise<void> {
    return this.#opened.close();
  }
}
