import type { Batch } from '#dataset/batch.js';
import type { Dataset } from '#dataset/dataset.js';
import { Loader } from '#dataset/loader.js';
import type { Recipe } from '../recipe/recipe.js';
import { type Phase, phaseKey } from './phases.js';

/** Disk space for decoded pictures, MB, where the recipe does not say. It is used as it fills. */
const USUAL_CACHE_MB = 4096;

/** Where the next batch is to come from. */
export interface BatchPosition {
  readonly epoch: number;
  readonly step: number;
}

/** Where the batches of a run come from. */
export interface BatchSource {
  /** All the time so far that batches were waited for, ms. */
  readonly waitedMs: number;
  /** The next batch. Positions must follow one another while the phase stays the same. */
  next(phase: Phase, position: BatchPosition): Promise<Batch>;
  /** Takes a batch back. */
  recycle(batch: Batch): void;
  close(): Promise<void>;
}

export interface BatchesOptions {
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  /** Threads that make the batches. */
  readonly workers: number;
  /** Where decoded pictures are kept. */
  readonly folder: string;
}

/** The batches of a run: one loader per phase, opened when its first batch is asked for. */
export class Batches implements BatchSource {
  readonly #recipe: Recipe;
  readonly #dataset: Dataset;
  readonly #workers: number;
  readonly #folder: string;
  #open: { readonly key: string; readonly loader: Loader } | undefined;
  #waitedMs = 0;

  constructor({ recipe, dataset, workers, folder }: BatchesOptions) {
    this.#recipe = recipe;
    this.#dataset = dataset;
    this.#workers = workers;
    this.#folder = folder;
  }

  get waitedMs(): number {
    const { waitMs = 0, firstWaitMs = 0 } = this.#open?.loader.stats ?? {};
    return this.#waitedMs + waitMs + firstWaitMs;
  }

  async next(phase: Phase, position: BatchPosition): Promise<Batch> {
    const loader = await this.#loaderOf(phase, position);
    const { value, done } = await loader.next();
    if (done) throw new TypeError('Batches.next: the loader ended before the run');
    if (value.epoch !== position.epoch || value.step !== position.step) {
      throw new TypeError(
        `Batches.next: expected epoch ${position.epoch} step ${position.step}, got ${value.epoch}, ${value.step}`,
      );
    }
    return value;
  }

  recycle(batch: Batch): void {
    this.#open?.loader.recycle(batch);
  }

  async close(): Promise<void> {
    this.#waitedMs = this.waitedMs;
    const open = this.#open;
    this.#open = undefined;
    await open?.loader.close();
  }

  async #loaderOf(phase: Phase, from: BatchPosition): Promise<Loader> {
    const key = phaseKey(phase);
    if (this.#open?.key === key) return this.#open.loader;
    await this.close();
    const { batch, seed, epochs, cacheMb } = this.#recipe;
    const loader = new Loader({
      dataset: this.#dataset,
      batch,
      sizes: phase.sizes.map((side) => ({ width: side, height: side })),
      seed,
      epochs,
      policy: phase.policy,
      from,
      workers: this.#workers,
      cache: { folder: this.#folder, megabytes: cacheMb === 'auto' ? USUAL_CACHE_MB : cacheMb },
    });
    this.#open = { key, loader };
    return loader;
  }
}
