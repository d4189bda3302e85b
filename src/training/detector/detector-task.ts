import type { Size } from '#core/size.js';
import type { RawOutput } from '#core/tensor.js';
import type { Batch } from '#dataset/batch.js';
import { compileForward } from '#nn/inference.js';
import { initialParameters, initialStates, type Layout, layoutOf } from '#nn/layout.js';
import { type CompiledStep, compileGradients, compileStep, compileUpdate, type StepPlan } from '#nn/step.js';
import { encodeModel } from '#onnx/encode.js';
import { inOrder } from '#onnx/passes/in-order.js';
import type { StateSpec, StepGraph } from '#runtime/step-protocol.js';
import type { Feed } from '#runtime/worker-protocol.js';
import { createDetect, type Detect } from '#vision/detect.js';
import { letterbox } from '#vision/letterbox.js';
import type { Found } from '#vision/metrics/pictures.js';
import type { Outputs, StepControl, TrainingTask } from '../run/task.js';
import type { FlatWeights } from '../transfer/flat-weights.js';
import { decoderOf } from './detector-network.js';
import { type DetectorPlanOptions, shareOf, stepPlanOf, targetsOf } from './detector-plan.js';
import { targetFeeds } from './targets.js';

// N pictures in a batch.

export interface DetectorTaskOptions extends DetectorPlanOptions {
  /** The network reads kept features `[N, F]`: F, and the whole network that they are a part of, kept in the checkpoints. */
  readonly features?: { readonly length: number; readonly base: FlatWeights };
}

/** A look needs no large batches: its memory is better left to the steps. */
const LOOK_BATCH = 4;
/** Detections that a look at validation pictures keeps: enough for AP, few enough to be quick. */
const LOOK = { score: 0.01, iou: 0.6, maxDetections: 100 };

/** The training of an anchor-box detector. */
export class DetectorTask implements TrainingTask {
  readonly parameters: number;
  states: StateSpec[];
  readonly layout: Layout;
  readonly lookBatch: number;
  readonly members: number;
  readonly passing: StateSpec[] = [];
  readonly common = ['parameters', 'states', 'gradients'];
  readonly update?: NonNullable<TrainingTask['update']>;
  readonly #options: DetectorTaskOptions;
  readonly #compiled = new Map<number, { readonly step: CompiledStep; readonly graph: StepGraph }>();
  readonly #detect: Detect;
  #leftOut = 0;

  constructor(options: DetectorTaskOptions) {
    const { recipe, detector, labels, anchors } = options;
    this.#options = options;
    this.lookBatch = Math.min(LOOK_BATCH, recipe.batch);
    this.layout = layoutOf(detector.network, this.#inputOf(recipe.model.size));
    this.parameters = this.layout.parameterCount;
    const { accumulate } = recipe.optimiser;
    this.members = accumulate > 1 ? 1 : (options.members ?? 1);
    const { step } = this.#compile(recipe.model.size);
    this.states = vectorsOf(step);
    if (accumulate > 1 || this.members > 1) this.update = this.#update(accumulate);
    if (this.members > 1) {
      this.passing = this.states.filter(({ name }) => name === 'gradients');
      this.states = this.states.filter(({ name }) => name !== 'gradients');
    }
    const { base } = options.features ?? {};
    if (base !== undefined) {
      this.states.push({ name: 'base', type: 'float32', dims: [base.parameters.length] });
      this.states.push({ name: 'base-states', type: 'float32', dims: [base.states.length] });
    }
    const size = squareOf(recipe.model.size);
    const input = { size } as Parameters<typeof createDetect>[0]['input'];
    this.#detect = createDetect({ labels, input, decoder: decoderOf(detector, anchors, recipe.loss.classes) }, LOOK);
  }

  initialState(): ReadonlyMap<string, Float32Array> {
    const parameters = initialParameters(this.layout, this.#options.recipe.seed);
    const states = initialStates(this.layout);
    const values = new Map(this.states.map(({ name, dims }) => [name, new Float32Array(dims[0]!)]));
    const { base } = this.#options.features ?? {};
    const kept = base && { base: base.parameters, 'base-states': base.states };
    const known = { parameters, states, ema: parameters, 'ema-states': states, ...kept };
    for (const [name, value] of Object.entries(known)) values.get(name)?.set(value);
    return values;
  }

  /** Positives that found no row in their step and were not learnt from. */
  get leftOut(): number {
    return this.#leftOut;
  }

  stepGraph({ width }: Size): StepGraph {
    return this.#compile(width).graph;
  }

  stepFeeds(batch: Batch, control: StepControl): Feed[] {
    const { width } = batch.size;
    const { step: compiled } = this.#compile(width);
    const { feeds, left } = targetFeeds(batch, targetsOf(this.#options, width));
    this.#leftOut += left;
    const seed = { name: 'seed', type: 'int64', dims: [1], parts: [BigInt64Array.of(BigInt(control.step))] } as const;
    return [
      this.#pictureFeed(batch),
      ...feeds,
      ...this.#scalars(compiled, control),
      ...(compiled.seeded ? [seed] : []),
    ];
  }

  #scalars(compiled: CompiledStep, control: StepControl): Feed[] {
    if (this.update === undefined) return scalarsOf(compiled, control);
    return this.members > 1 ? [] : [scalar('share', 1 / this.update.batches)];
  }

  figures(outputs: Outputs): Record<string, number> {
    const read = (name: string): number => (outputs.get(name)!.data as Float32Array)[0]!;
    const parts = [...outputs.keys()].filter((name) => name.startsWith('loss/'));
    return {
      ...Object.fromEntries(parts.map((name) => [name.slice('loss/'.length), read(name)])),
      total: read('loss'),
      gradient: read('gradient-norm'),
    };
  }

  lookGraph(): StepGraph {
    const { detector, recipe } = this.#options;
    const model = compileForward(detector.network, this.#inputOf(recipe.model.size, this.lookBatch), this.layout);
    const reads = { parameters: 'ema', ...(this.layout.stateCount > 0 && { states: 'ema-states' }) };
    return { key: 'look', model: encodeModel(inOrder(model)), reads, writes: {} };
  }

  lookFeeds(batch: Batch): Feed[] {
    return [this.#pictureFeed(batch, this.lookBatch)];
  }

  detections(outputs: Outputs, count: number): Found[][] {
    const size = squareOf(this.#options.recipe.model.size);
    const same = letterbox({ source: size, input: size, fit: 'stretch' });
    return Array.from({ length: count }, (_, n) => this.#detect(pictureOf(outputs, n), same));
  }

  #inputOf(side: number, batch = shareOf(this.#options)) {
    const { features } = this.#options;
    if (features !== undefined) return { dims: [batch, features.length], type: 'float32' } as const;
    return { dims: [batch, 3, side, side], type: 'uint8' } as const;
  }

  #pictureFeed({ size, pictures }: Batch, batch?: number): Feed {
    const { dims, type } = this.#inputOf(size.width, batch);
    return { name: 'input', type, dims, parts: [type === 'uint8' ? pictures : new Float32Array(pictures.buffer)] };
  }

  #compile(side: number) {
    const known = this.#compiled.get(side);
    if (known !== undefined) return known;
    const plan = this.#plan(side);
    const whole = this.#options.recipe.optimiser.accumulate === 1 && this.members === 1;
    const step = whole ? compileStep(plan) : compileGradients(plan, { accumulates: this.members === 1 });
    const graph = graphOf(`step-${side}`, step);
    this.#compiled.set(side, { step, graph });
    return { step, graph };
  }

  #plan(side: number): StepPlan {
    return stepPlanOf(this.#options, this.#inputOf(side), side);
  }

  /** The update alone, where several batches or several members make one step; the vectors of both graphs are states. */
  #update(batches: number): NonNullable<TrainingTask['update']> {
    const compiled = compileUpdate(this.#plan(this.#options.recipe.model.size));
    const names = new Set(this.states.map(({ name }) => name));
    this.states.push(...vectorsOf(compiled).filter(({ name }) => !names.has(name)));
    return {
      batches,
      graph: graphOf('update', compiled),
      ...(this.members === 1 && { clears: 'gradients' }),
      combines: { gradients: 'sum', ...(this.layout.stateCount > 0 && { states: 'mean' }) },
      feeds: (control) => scalarsOf(compiled, control),
    };
  }
}

/** The graph of a step, which reads and writes states that are called like its vectors. */
function graphOf(key: string, { model, vectors }: CompiledStep): StepGraph {
  const carried = new Set([...vectors.keys(), 'parameters', 'gradients', 'states']);
  const read = model.graph.inputs.map(({ name }) => name).filter((name) => carried.has(name));
  return {
    key,
    model: encodeModel(inOrder(model)),
    reads: Object.fromEntries(read.map((name) => [name, name])),
    writes: Object.fromEntries([...vectors.keys()].map((name) => [`next/${name}`, name])),
  };
}

function vectorsOf({ vectors }: CompiledStep): StateSpec[] {
  return [...vectors].map(([name, length]) => ({ name, type: 'float32', dims: [length] }));
}

function scalar(name: string, value: number): Feed {
  return { name, type: 'float32', dims: [1], parts: [Float32Array.of(value)] };
}

function scalarsOf(compiled: CompiledStep, { step, rate, emaDecay }: StepControl): Feed[] {
  const values = compiled.scalars({ step, learningRate: rate, emaDecay });
  return Object.entries(values).map(([name, value]) => scalar(name, value));
}

function squareOf(side: number): Size {
  return { width: side, height: side };
}

/** The share of one picture in the outputs of a batch. */
function pictureOf(outputs: Outputs, picture: number): RawOutput {
  return new Map(
    [...outputs].map(([name, { dims, data }]) => {
      const each = data.length / dims[0]!;
      const values = (data as Float32Array).subarray(picture * each, (picture + 1) * each);
      return [name, { dims: [1, ...dims.slice(1)], data: values }] as const;
    }),
  );
}
