import type { Annotation } from '#core/annotation.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { Random } from '#core/random.js';
import type { Size } from '#core/size.js';
import { compose, drawRecipe, type Recipe } from './augmentation/compose.js';
import { residentCanvas } from './augmentation/kernels.js';
import type { LabelledPicture } from './augmentation/picture.js';
import { type AugmentationPolicy, policyOfEpoch } from './augmentation/policy.js';
import { type Batch, packObjects } from './batch.js';
import type { Sample } from './dataset.js';
import { decodePicture } from './decode.js';
import type { Fault } from './fault.js';
import type { PictureCache } from './picture-cache.js';

/** All that decides what is in a batch: equal plans give equal batches, whoever makes them. */
export interface BatchPlan {
  readonly samples: readonly Sample[];
  readonly classCount: number;
  readonly landmarkCount: number;
  readonly mirrored?: readonly number[] | undefined;
  readonly batch: number;
  /** One is drawn for every batch. */
  readonly sizes: readonly Size[];
  readonly seed: number;
  readonly policy: AugmentationPolicy;
  readonly epochs: number;
  /** false: the pictures in their order. */
  readonly shuffle: boolean;
  /** How often each picture is drawn, relative to the others; without them every picture once an epoch. */
  readonly weights?: readonly number[] | undefined;
  /** Keep the last batch of an epoch although it is not full. */
  readonly keepLast: boolean;
}

export function stepsPerEpoch({ samples, batch, keepLast }: BatchPlan): number {
  return keepLast ? Math.ceil(samples.length / batch) : Math.floor(samples.length / batch);
}

/** The purposes that random numbers are drawn for, each its own stream. */
const STREAM = { order: 0, size: 1, picture: 2 } as const;

/** The input size of one batch. */
export function sizeOfBatch({ sizes, seed }: BatchPlan, epoch: number, step: number): Size {
  return new Random(seed, STREAM.size, epoch, step).pick(sizes);
}

/** Makes batches of one plan, in any order, alone or beside other makers of the same plan. */
export class BatchMaker {
  readonly #plan: BatchPlan;
  readonly #cache: PictureCache | undefined;
  readonly #maxSide: number;
  readonly #groups: ReadonlyMap<string, readonly number[]>;
  #order: { epoch: number; positions: Int32Array } | undefined;

  constructor(plan: BatchPlan, cache?: PictureCache) {
    this.#plan = plan;
    this.#cache = cache;
    this.#maxSide = Math.max(...plan.sizes.map(({ width, height }) => Math.max(width, height)));
    this.#groups = groupByLabelled(plan.samples);
  }

  /** @param buffer of `batch * 3 * H * W` bytes, filled and returned in the batch */
  async make(epoch: number, step: number, buffer: ArrayBuffer): Promise<Batch> {
    const plan = this.#plan;
    const size = sizeOfBatch(plan, epoch, step);
    const policy = policyOfEpoch(plan.policy, epoch, plan.epochs);
    const positions = this.#orderOf(epoch).subarray(step * plan.batch, (step + 1) * plan.batch);
    const randoms = Array.from(
      positions,
      (_, n) => new Random(plan.seed, STREAM.picture, epoch, step * plan.batch + n),
    );
    const recipes = Array.from(positions, (index, n) => {
      const group = this.#groups.get(groupKey(plan.samples[index]!))!;
      return drawRecipe(index, randoms[n]!, { policy, partner: () => randoms[n]!.pick(group) });
    });
    const faults: Fault[] = [];
    const fetched = await this.#fetch(new Set(recipes.flatMap(sourcesOf)), faults);
    const pictures = new Uint8Array(buffer);
    const plane = 3 * size.width * size.height;
    const annotations: Annotation[][] = recipes.map((recipe, n) => {
      const canvas = residentCanvas(0, size);
      const options = { random: randoms[n]!, policy, mirrored: plan.mirrored };
      const objects = compose(canvas, recipe, { ...options, pictures: (index) => fetched.get(index)!.labelled });
      pictures.set(canvas.data, n * plane);
      return objects;
    });
    pictures.fill(114, positions.length * plane);
    const sources = recipes.map((recipe, n) => orderedSources(recipe, positions[n]!));
    const real = sources.map((list) => list.map((index) => fetched.get(index)!.sample));
    return {
      epoch,
      step,
      size,
      pictures,
      count: positions.length,
      objects: packObjects(annotations, plan.landmarkCount),
      labelled: labelledMask(real, plan),
      sources,
      faults,
    };
  }

  #orderOf(epoch: number): Int32Array {
    if (this.#order?.epoch !== epoch) this.#order = { epoch, positions: orderOfEpoch(this.#plan, epoch) };
    return this.#order.positions;
  }

  async #fetch(indexes: ReadonlySet<number>, faults: Fault[]): Promise<Map<number, Fetched>> {
    const waiting = [...indexes];
    const fetched = new Map<number, Fetched>();
    const work = async (): Promise<void> => {
      for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
        fetched.set(index, await this.#fetchOne(index, faults));
      }
    };
    await Promise.all([work(), work()]);
    return fetched;
  }

  /** What is kept on disk is read when it is painted, one after another, so that they are never all in memory. */
  async #labelled(index: number): Promise<LabelledPicture> {
    const cache = this.#cache;
    const { file, size, annotations } = this.#plan.samples[index]!;
    if (!cache?.has(index)) {
      const picture = await decodePicture(file, size, this.#maxSide);
      if (!cache?.put(index, picture)) return { picture, size, annotations };
    }
    return {
      get picture() {
        return cache.get(index)!;
      },
      size,
      annotations,
    };
  }

  /** The picture, or the next one that can be read. */
  async #fetchOne(wanted: number, faults: Fault[]): Promise<Fetched> {
    const { samples } = this.#plan;
    for (let n = 0; n < samples.length; n++) {
      const index = (wanted + n) % samples.length;
      const sample = samples[index]!;
      try {
        return { sample, labelled: await this.#labelled(index) };
      } catch (error) {
        faults.push({
          kind: 'unreadable-image',
          effect: 'picture skipped',
          file: sample.file,
          message: messageOf(error),
        });
      }
    }
    throw new LookoutError(
      'dataset',
      `none of ${samples.length} pictures can be read; the last: ${faults.at(-1)?.message}`,
    );
  }
}

interface Fetched {
  readonly sample: Sample;
  readonly labelled: LabelledPicture;
}

function sourcesOf(recipe: Recipe): number[] {
  return [...recipe.tiles, ...recipe.pasted, ...(recipe.mixed ? sourcesOf(recipe.mixed) : [])];
}

function orderedSources(recipe: Recipe, own: number): number[] {
  return [own, ...new Set(sourcesOf(recipe).filter((index) => index !== own))];
}

function groupKey({ labelled }: Sample): string {
  return labelled?.join(' ') ?? 'all';
}

/** Pictures that are labelled for the same classes: only they are mixed in one training picture. */
function groupByLabelled(samples: readonly Sample[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  samples.forEach((sample, index) => {
    const group = groups.get(groupKey(sample)) ?? [];
    groups.set(groupKey(sample), group);
    group.push(index);
  });
  return groups;
}

/** `[N, C]`: a class counts where every source is labelled for it. */
function labelledMask(
  sources: readonly (readonly Sample[])[],
  { classCount, batch }: BatchPlan,
): Uint8Array<ArrayBuffer> {
  const mask = new Uint8Array(batch * classCount).fill(1);
  sources.forEach((samples, n) => {
    for (const { labelled } of samples) {
      if (labelled === undefined) continue;
      for (let c = 0; c < classCount; c++) if (!labelled.includes(c)) mask[n * classCount + c] = 0;
    }
  });
  return mask;
}

/** Positions in the order of one epoch. */
export function orderOfEpoch({ samples, seed, shuffle, weights }: BatchPlan, epoch: number): Int32Array {
  const order = Int32Array.from(samples, (_, index) => index);
  if (!shuffle) return order;
  const random = new Random(seed, STREAM.order, epoch);
  if (weights === undefined) return random.shuffle(order);
  return random.shuffle(drawWeighted(weights, random));
}

/** Systematic draws: a picture of twice the mean weight comes twice an epoch, one of half the mean every other epoch. */
function drawWeighted(weights: readonly number[], random: Random): Int32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const step = total / weights.length;
  const start = random.float() * step;
  const order = new Int32Array(weights.length);
  let index = 0;
  let reached = weights[0]!;
  for (let n = 0; n < order.length; n++) {
    while (reached <= start + n * step && index < weights.length - 1) reached += weights[++index]!;
    order[n] = index;
  }
  return order;
}
