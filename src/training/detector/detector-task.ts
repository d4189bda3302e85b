import type { Anchor, DecoderSpec } from '#core/card.js';
import type { Size } from '#core/size.js';
import type { RawOutput } from '#core/tensor.js';
import type { Batch } from '#dataset/batch.js';
import { compileForward } from '#nn/inference.js';
import { initialParameters, initialStates, type Layout, layoutOf } from '#nn/layout.js';
import { detectionLoss } from '#nn/losses/detection.js';
import type { Network } from '#nn/net.js';
import type { Optimiser } from '#nn/optimisers/transform.js';
import { adam, adamW, sgd } from '#nn/optimisers/transforms.js';
import { type CompiledStep, compileGradients, compileStep, compileUpdate, type StepPlan } from '#nn/step.js';
import { encodeModel } from '#onnx/encode.js';
import type { StateSpec, StepGraph } from '#runtime/step-protocol.js';
import type { Feed } from '#runtime/worker-protocol.js';
import { bestIouAssignment } from '#vision/assignment/best-iou.js';
import { neighbourAssignment } from '#vision/assignment/neighbours.js';
import type { Assign } from '#vision/assignment/types.js';
import { createDetect, type Detect } from '#vision/detect.js';
import { letterbox } from '#vision/letterbox.js';
import type { Found } from '#vision/metrics/pictures.js';
import type { Recipe } from '../recipe/recipe.js';
import type { Outputs, StepControl, TrainingTask } from '../run/task.js';
import type { FlatWeights } from '../transfer/adopt.js';
import { type TargetHead, type TargetOptions, targetFeeds } from './targets.js';

// N pictures in a batch, A anchors of a head, C classes, S side of the square input.

/** A network of raw anchor-box heads. */
export interface DetectorNetwork {
  readonly network: Network;
  /** Finest first. */
  readonly heads: readonly { readonly output: string; readonly stride: number }[];
}

export interface DetectorTaskOptions {
  readonly recipe: Recipe;
  readonly labels: readonly string[];
  /** By head, input px at the recipe's size. */
  readonly anchors: readonly (readonly Anchor[])[];
  readonly detector: DetectorNetwork;
  /** Mean number of objects of a picture, which sizes the rows for positives. */
  readonly objectsPerPicture: number;
  /** The network reads kept features `[N, F]`: F, and the whole network that they are a part of, kept in the checkpoints. */
  readonly features?: { readonly length: number; readonly base: FlatWeights };
}

/** Weight of a head's objectness by its stride, as YOLOv5: fine grids have more and weaker background. */
const BALANCE: Readonly<Record<number, number>> = { 8: 4, 16: 1, 32: 0.4 };
/** A look needs no large batches: its memory is better left to the steps. */
const LOOK_BATCH = 4;
/** Detections that a look at validation pictures keeps: enough for AP, few enough to be quick. */
const LOOK = { score: 0.01, iou: 0.6, maxDetections: 100 };

/** How raw heads of this trainer are read: the card's decoder. */
export function decoderOf(
  { heads }: DetectorNetwork,
  anchors: DetectorTaskOptions['anchors'],
  classes: 'sigmoid' | 'softmax',
): Extract<DecoderSpec, { kind: 'anchor-grid' }> {
  const list = heads.map(({ output, stride }, h) => ({ output, stride, anchors: anchors[h]! }));
  return { kind: 'anchor-grid', heads: list, sizes: 'sigmoid', classes, gridScale: 2 };
}

/** The training of an anchor-box detector. */
export class DetectorTask implements TrainingTask {
  readonly parameters: number;
  readonly states: StateSpec[];
  readonly layout: Layout;
  readonly lookBatch: number;
  readonly accumulation?: NonNullable<TrainingTask['accumulation']>;
  readonly #options: DetectorTaskOptions;
  readonly #assign: Assign;
  readonly #compiled = new Map<number, { readonly step: CompiledStep; readonly graph: StepGraph }>();
  readonly #detect: Detect;

  constructor(options: DetectorTaskOptions) {
    const { recipe, detector, labels, anchors } = options;
    const { rule, ratio, ignoreIou } = recipe.assignment;
    this.#options = options;
    this.#assign =
      rule === 'neighbours' ? neighbourAssignment({ ratioLimit: ratio }) : bestIouAssignment({ ignoreIou });
    this.lookBatch = Math.min(LOOK_BATCH, recipe.batch);
    this.layout = layoutOf(detector.network, this.#inputOf(recipe.model.size));
    this.parameters = this.layout.parameterCount;
    const { step } = this.#compile(recipe.model.size);
    this.states = [...step.vectors].map(([name, length]) => ({ name, type: 'float32', dims: [length] }));
    const { base } = options.features ?? {};
    if (base !== undefined) {
      this.states.push({ name: 'base', type: 'float32', dims: [base.parameters.length] });
      this.states.push({ name: 'base-states', type: 'float32', dims: [base.states.length] });
    }
    const { accumulate } = recipe.optimiser;
    if (accumulate > 1) this.accumulation = this.#accumulation(accumulate);
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

  stepGraph({ width }: Size): StepGraph {
    return this.#compile(width).graph;
  }

  stepFeeds(batch: Batch, control: StepControl): Feed[] {
    const { width } = batch.size;
    const { step: compiled } = this.#compile(width);
    const { feeds } = targetFeeds(batch, this.#targetsOf(width));
    const seed = { name: 'seed', type: 'int64', dims: [1], parts: [BigInt64Array.of(BigInt(control.step))] } as const;
    const share = 1 / this.#options.recipe.optimiser.accumulate;
    const scalars = this.accumulation === undefined ? scalarsOf(compiled, control) : [scalar('share', share)];
    return [this.#pictureFeed(batch), ...feeds, ...scalars, ...(compiled.seeded ? [seed] : [])];
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
    return { key: 'look', model: encodeModel(model), reads, writes: {} };
  }

  lookFeeds(batch: Batch): Feed[] {
    return [this.#pictureFeed(batch, this.lookBatch)];
  }

  detections(outputs: Outputs, count: number): Found[][] {
    const size = squareOf(this.#options.recipe.model.size);
    const same = letterbox({ source: size, input: size, fit: 'stretch' });
    return Array.from({ length: count }, (_, n) => this.#detect(pictureOf(outputs, n), same));
  }

  #inputOf(side: number, batch = this.#options.recipe.batch) {
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
    const whole = this.#options.recipe.optimiser.accumulate === 1;
    const step = whole ? compileStep(plan) : compileGradients(plan);
    const names = [...step.vectors.keys()];
    const graph = {
      key: `step-${side}`,
      model: encodeModel(step.model),
      reads: Object.fromEntries([...new Set([...names, 'parameters'])].map((name) => [name, name])),
      writes: Object.fromEntries(names.map((name) => [`next/${name}`, name])),
    };
    this.#compiled.set(side, { step, graph });
    return { step, graph };
  }

  #plan(side: number): StepPlan {
    const { recipe, detector, labels } = this.#options;
    const { box, classes, focal } = recipe.loss;
    const loss = detectionLoss({
      heads: this.#targetsOf(side).heads.map(({ output, anchors, stride, positives }, h) => ({
        output,
        anchors: anchors.map(([width, height]) => [width / stride, height / stride] as const),
        positives,
        balance: this.#balanceOf(stride, h),
      })),
      classes: labels.length,
      measure: box,
      classLoss: classes === 'softmax' ? 'softmax' : 'bce',
      focalGamma: focal,
      gains: this.#gains(),
    });
    const { freeze } = recipe.transfer;
    return {
      network: detector.network,
      input: this.#inputOf(side),
      loss,
      optimiser: optimiserOf(recipe.optimiser),
      target: recipe.device === 'webgpu' ? 'webgpu' : 'cpu',
      ...(freeze.length > 0 && { frozen: (name: string) => freeze.some((start) => name.startsWith(start)) }),
    };
  }

  /** The update alone, where several batches make one step; the vectors of both graphs are states. */
  #accumulation(batches: number): NonNullable<TrainingTask['accumulation']> {
    const compiled = compileUpdate(this.#plan(this.#options.recipe.model.size));
    const carried = [...compiled.vectors.keys()];
    const fed = [...carried, 'gradients', ...(this.layout.stateCount > 0 ? ['states'] : [])];
    const graph = {
      key: 'update',
      model: encodeModel(compiled.model),
      reads: Object.fromEntries(fed.map((name) => [name, name])),
      writes: Object.fromEntries(carried.map((name) => [`next/${name}`, name])),
    };
    const names = new Set(this.states.map(({ name }) => name));
    for (const [name, length] of compiled.vectors) {
      if (!names.has(name)) this.states.push({ name, type: 'float32', dims: [length] });
    }
    return { batches, graph, clears: 'gradients', feeds: (control) => scalarsOf(compiled, control) };
  }

  /**
   * Weights that mean the same for any number of heads and classes and any input size (YOLOv5, `train.py`): they are given for
   * three heads, 80 classes and 640 px.
   */
  #gains() {
    const { recipe, detector, labels } = this.#options;
    const { boxWeight, objectnessWeight, classWeight } = recipe.loss;
    const perHead = 3 / detector.heads.length;
    return {
      box: boxWeight * perHead,
      objectness: objectnessWeight * perHead * (recipe.model.size / 640) ** 2,
      classes: (classWeight * perHead * labels.length) / 80,
    };
  }

  #balanceOf(stride: number, head: number): number {
    const { strides } = this.#options.recipe.loss;
    return (strides === 'auto' ? BALANCE[stride] : strides[head]) ?? 1;
  }

  #targetsOf(side: number): TargetOptions {
    const { recipe, detector, labels, anchors, objectsPerPicture } = this.#options;
    // A mosaic holds about four pictures' objects, of which each takes up to three cells; rows beyond that are rare.
    const usual = Math.ceil(recipe.batch * Math.max(4, 6 * objectsPerPicture) * 6);
    const heads = detector.heads.map(({ output, stride }, h): TargetHead => {
      const [rows, columns] = [side / stride, side / stride];
      const slots = recipe.batch * anchors[h]!.length * rows * columns;
      return { output, stride, rows, columns, anchors: anchors[h]!, positives: Math.min(slots, usual) };
    });
    return {
      heads,
      batch: recipe.batch,
      classes: labels.length,
      assign: this.#assign,
      labelSmoothing: recipe.loss.labelSmoothing,
      softmax: recipe.loss.classes === 'softmax',
      partial: recipe.loss.partial,
    };
  }
}

function optimiserOf({ kind, momentum, beta2, decay, clip }: Recipe['optimiser']): Optimiser {
  const common = { weightDecay: decay, ...(clip !== null && { clipNorm: clip }) };
  if (kind === 'sgd') return sgd({ mu: momentum, ...common });
  const options = { beta1: momentum, beta2, ...common };
  return kind === 'adam' ? adam(options) : adamW(options);
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
