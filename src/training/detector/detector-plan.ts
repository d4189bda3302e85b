import type { Anchor } from '#core/card.js';
import { type DetectionLossOptions, detectionLoss } from '#nn/losses/detection.js';
import type { Optimiser } from '#nn/optimisers/transform.js';
import { adam, adamW, sgd } from '#nn/optimisers/transforms.js';
import type { StepPlan } from '#nn/step.js';
import { bestIouAssignment } from '#vision/assignment/best-iou.js';
import { neighbourAssignment } from '#vision/assignment/neighbours.js';
import type { Recipe } from '../recipe/recipe.js';
import type { DetectorNetwork } from './detector-network.js';
import type { TargetHead, TargetOptions } from './targets.js';

/** What decides how a detector is trained. */
export interface DetectorPlanOptions {
  readonly recipe: Recipe;
  readonly labels: readonly string[];
  /** By head, input px at the recipe's size. */
  readonly anchors: readonly (readonly Anchor[])[];
  readonly detector: DetectorNetwork;
  /** Runners that share a batch out. Default 1. */
  readonly members?: number;
  /** Mean number of objects of a picture, which sizes the rows for positives. */
  readonly objectsPerPicture: number;
  /** Of the CPU that trains; see {@link StepPlan}. */
  readonly channelBlock?: number;
}

/** Weight of a head's objectness by its stride, as YOLOv5: fine grids have more and weaker background. */
const BALANCE: Readonly<Record<number, number>> = { 8: 4, 16: 1, 32: 0.4 };
/** A mosaic holds about four pictures' objects, with up to three cells for each of an anchor or two: twice that, to be safe. */
const ROWS_PER_OBJECT = 48;

/** Pictures of a batch that one runner sees. */
export function shareOf({ recipe, members = 1 }: DetectorPlanOptions): number {
  return recipe.batch / members;
}

/** How batches become targets at one input size. */
export function targetsOf(options: DetectorPlanOptions, side: number): TargetOptions {
  const { recipe, detector, labels, anchors, objectsPerPicture } = options;
  const { rule, ratio, ignoreIou } = recipe.assignment;
  const batch = shareOf(options);
  const usual = Math.ceil(batch * Math.max(1, objectsPerPicture) * ROWS_PER_OBJECT);
  const heads = detector.heads.map(({ output, stride }, h): TargetHead => {
    const [rows, columns] = [side / stride, side / stride];
    const slots = batch * anchors[h]!.length * rows * columns;
    return { output, stride, rows, columns, anchors: anchors[h]!, positives: Math.min(slots, usual) };
  });
  return {
    heads,
    batch,
    classes: labels.length,
    assign: rule === 'neighbours' ? neighbourAssignment({ ratioLimit: ratio }) : bestIouAssignment({ ignoreIou }),
    labelSmoothing: recipe.loss.labelSmoothing,
    softmax: recipe.loss.classes === 'softmax',
    partial: recipe.loss.partial,
  };
}

/** Network, loss and optimiser of a recipe for one input. */
export function stepPlanOf(options: DetectorPlanOptions, input: StepPlan['input'], side: number): StepPlan {
  const { recipe, detector } = options;
  const { freeze } = recipe.transfer;
  return {
    network: detector.network,
    input,
    loss: detectionLoss(lossOptions(options, side)),
    optimiser: optimiserOf(recipe.optimiser),
    target: recipe.device === 'webgpu' ? 'webgpu' : 'cpu',
    channelBlock: options.channelBlock ?? 0,
    ...(freeze.length > 0 && { frozen: (name: string) => freeze.some((start) => name.startsWith(start)) }),
  };
}

function lossOptions(options: DetectorPlanOptions, side: number): DetectionLossOptions {
  const { recipe, labels } = options;
  const { box, classes, focal, strides } = recipe.loss;
  return {
    heads: targetsOf(options, side).heads.map(({ output, anchors, stride, positives }, h) => ({
      output,
      anchors: anchors.map(([width, height]) => [width / stride, height / stride] as const),
      positives,
      balance: (strides === 'auto' ? BALANCE[stride] : strides[h]) ?? 1,
    })),
    classes: labels.length,
    measure: box,
    classLoss: classes === 'softmax' ? 'softmax' : 'bce',
    focalGamma: focal,
    gains: gainsOf(options),
  };
}

/**
 * Weights that mean the same for any number of heads and classes and any input size (YOLOv5, `train.py`): they are given for
 * three heads, 80 classes and 640 px.
 */
function gainsOf({ recipe, detector, labels }: DetectorPlanOptions): DetectionLossOptions['gains'] {
  const { boxWeight, objectnessWeight, classWeight } = recipe.loss;
  const perHead = 3 / detector.heads.length;
  return {
    box: boxWeight * perHead,
    objectness: objectnessWeight * perHead * (recipe.model.size / 640) ** 2,
    classes: (classWeight * perHead * labels.length) / 80,
  };
}

function optimiserOf({ kind, momentum, beta2, decay, clip }: Recipe['optimiser']): Optimiser {
  const common = { weightDecay: decay, ...(clip !== null && { clipNorm: clip }) };
  if (kind === 'sgd') return sgd({ mu: momentum, ...common });
  const options = { beta1: momentum, beta2, ...common };
  return kind === 'adam' ? adam(options) : adamW(options);
}
