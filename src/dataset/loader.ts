import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { LookoutError, messageOf } from '#core/errors.js';
import type { Size } from '#core/size.js';
import { type AugmentationPolicy, NO_AUGMENTATION } from './augmentation/policy.js';
import type { Batch } from './batch.js';
import { type BatchPlan, sizeOfBatch, stepsPerEpoch } from './batch-maker.js';
import type { Dataset } from './dataset.js';
import { closeSharedCache, openSharedCache, type SharedCache } from './picture-cache.js';

export interface LoaderOptions {
  readonly dataset: Pick<Dataset, 'labels' | 'landmarks' | 'mirrored' | 'samples'>;
  /** Pictures per batch. */
  readonly batch: number;
  /** Input sizes; one is drawn for every batch (multi-scale). */
  readonly sizes: readonly Size[];
  readonly seed: number;
  /** Epochs in all; the iteration ends after the last. */
  readonly epochs: number;
  /** Default: the letterbox alone. */
  readonly policy?: AugmentationPolicy;
  /** Where to begin: the batch that a checkpoint had not yet used. Default: epoch 0, step 0. */
  readonly from?: { readonly epoch: number; readonly step: number };
  /** Default true. false: pictures in their order (for validation). */
  readonly shuffle?: boolean;
  /** One per sample; a picture of twice the mean weight comes twice an epoch. Default: every picture once. */
  readonly weights?: readonly number[];
  /** Default false: the last batch of an epoch is left out when it is not full. true: it is padded and says its `count`. */
  readonly keepLast?: boolean;
  /** Threads; default half of the cores, at least one. The batches do not depend on it. */
  readonly workers?: number;
  /** Batches that are made or wait ahead of the one in use. Default: workers + 2. */
  readonly ahead?: number;
  /** Where decoded pictures are kept, and how many MB of them. Without it, and what does not fit, is decoded each time. */
  readonly cache?: { readonly folder: string; readonly megabytes: number };
}

/** What the loader has done so far. */
export interface LoaderStats {
  readonly batches: number;
  /** Time that the consumer waited for batches, ms. The first batch is counted apart: nothing can be ready before it. */
  readonly waitMs: number;
  readonly firstWaitMs: number;
  /** Pictures that could not be read, each once. */
  readonly unreadable: readonly string[];
}

interface Pending {
  readonly promise: Promise<Batch>;
  readonly settle: (answer: { batch?: Batch; error?: string }) => void;
}

/**
 * Training batches, made ahead of the step in worker threads.
 *
 * A batch depends on the plan, its epoch and its step alone: not on the number of threads, nor on what came before, so
 * that a run continues exactly where a checkpoint was written. At most `ahead` batches exist besides the one in use;
 * give buffers back with {@link recycle} and no memory is allocated in the steady state.
 */
export class Loader implements AsyncIterableIterator<Batch> {
  readonly stepsPerEpoch: number;
  readonly #plan: BatchPlan;
  readonly #workers: Worker[] = [];
  readonly #cache: SharedCache;
  readonly #pending: Pending[] = [];
  readonly #byKey = new Map<string, Pending>();
  readonly #free: ArrayBuffer[] = [];
  readonly #ahead: number;
  readonly #unreadable = new Set<string>();
  #next: { epoch: number; step: number };
  #asked = 0;
  #batches = 0;
  #waitMs = 0;
  #firstWaitMs = 0;
  #closed = false;

  /** @throws LookoutError kind `dataset` when there are too few pictures for one batch */
  constructor(options: LoaderOptions) {
    const plan = planOf(options);
    this.#plan = plan;
    this.stepsPerEpoch = stepsPerEpoch(plan);
    if (this.stepsPerEpoch === 0) {
      throw new LookoutError(
        'dataset',
        `${plan.samples.length} pictures do not fill one batch of ${plan.batch}: add pictures or lower the batch`,
      );
    }
    this.#next = { epoch: options.from?.epoch ?? 0, step: options.from?.step ?? 0 };
    const workers = options.workers ?? Math.max(1, Math.floor(availableParallelism() / 2));
    this.#ahead = options.ahead ?? workers + 2;
    const { folder = '.', megabytes = 0 } = options.cache ?? {};
    this.#cache = openSharedCache(plan.samples.length, megabytes, folder);
    for (let n = 0; n < workers; n++) this.#workers.push(this.#start({ plan, cache: this.#cache }));
    this.#askAhead();
  }

  get stats(): LoaderStats {
    return {
      batches: this.#batches,
      waitMs: this.#waitMs,
      firstWaitMs: this.#firstWaitMs,
      unreadable: [...this.#unreadable],
    };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws LookoutError kind `dataset` when no picture can be read or a thread died */
  async next(): Promise<IteratorResult<Batch, undefined>> {
    const pending = this.#closed ? undefined : this.#pending.shift();
    if (pending === undefined) {
      await this.close();
      return { done: true, value: undefined };
    }
    const start = performance.now();
    try {
      const batch = await pending.promise;
      const waited = performance.now() - start;
      if (this.#batches++ === 0) this.#firstWaitMs = waited;
      else this.#waitMs += waited;
      for (const { file } of batch.faults) this.#unreadable.add(file);
      this.#askAhead();
      return { done: false, value: batch };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Batch, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** Gives a batch's pictures back for reuse; the batch must not be read any more. */
  recycle(batch: Batch): void {
    if (batch.pictures.buffer.byteLength > 0 && this.#free.length < 2) this.#free.push(batch.pictures.buffer);
  }

  /** Ends the threads. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { settle } of this.#byKey.values()) settle({ error: 'the loader was closed' });
    this.#pending.length = 0;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    closeSharedCache(this.#cache);
  }

  #askAhead(): void {
    while (!this.#closed && this.#pending.length < this.#ahead && this.#next.epoch < this.#plan.epochs) {
      const { epoch, step } = this.#next;
      this.#next = step + 1 < this.stepsPerEpoch ? { epoch, step: step + 1 } : { epoch: epoch + 1, step: 0 };
      const { width, height } = sizeOfBatch(this.#plan, epoch, step);
      const buffer = this.#bufferOf(this.#plan.batch * 3 * width * height);
      const pending = this.#createPending(`${epoch} ${step}`);
      this.#pending.push(pending);
      this.#workers[this.#asked++ % this.#workers.length]!.postMessage({ epoch, step, buffer }, [buffer]);
    }
  }

  #bufferOf(length: number): ArrayBuffer {
    const at = this.#free.findIndex(({ byteLength }) => byteLength === length);
    return at < 0 ? new ArrayBuffer(length) : this.#free.splice(at, 1)[0]!;
  }

  #createPending(key: string): Pending {
    let settle: Pending['settle'] = () => {};
    const promise = new Promise<Batch>((resolve, reject) => {
      settle = ({ batch, error }) => {
        this.#byKey.delete(key);
        if (batch !== undefined) resolve(batch);
        else reject(new LookoutError('dataset', error ?? 'a loader thread died'));
      };
    });
    promise.catch(() => {}); // it is thrown where the batch is asked for
    const pending = { promise, settle };
    this.#byKey.set(key, pending);
    return pending;
  }

  #start(workerData: object): Worker {
    const worker = new Worker(new URL('./loader-worker.js', import.meta.url), { workerData });
    const fail = (error: unknown): void => {
      for (const { settle } of [...this.#byKey.values()])
        settle({ error: `a loader thread died: ${messageOf(error)}` });
    };
    worker.on('message', (answer) => this.#byKey.get(`${answer.epoch} ${answer.step}`)?.settle(answer));
    worker.on('error', fail);
    worker.on('exit', (code) => fail(`exit code ${code}`));
    return worker;
  }
}

function planOf(options: LoaderOptions): BatchPlan {
  const { dataset, batch, sizes, seed, epochs } = options;
  if (!(batch > 0) || sizes.length === 0)
    throw new RangeError('Loader: expected a batch above 0 and at least one size');
  if (options.weights !== undefined && options.weights.length !== dataset.samples.length) {
    throw new RangeError(`Loader: expected ${dataset.samples.length} weights, got ${options.weights.length}`);
  }
  return {
    samples: dataset.samples,
    classCount: dataset.labels.length,
    landmarkCount: dataset.landmarks?.length ?? 0,
    mirrored: dataset.mirrored,
    batch,
    sizes,
    seed,
    epochs,
    policy: options.policy ?? NO_AUGMENTATION,
    shuffle: options.shuffle ?? true,
    weights: options.weights,
    keepLast: options.keepLast ?? false,
  };
}
