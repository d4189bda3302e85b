import type { TransferListItem } from 'node:worker_threads';
import { LookoutError } from '#core/errors.js';
import { Thread, type ThreadOptions } from './thread.js';

/** How often in a row a replacement may fail to start before the pool gives up. */
const MAX_FAILED_STARTS = 3;

interface Job<Request, Reply> {
  readonly request: Request;
  readonly transfer: readonly TransferListItem[];
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Worker threads that do one kind of job, each one job at a time, in the order of the calls. A thread that dies is
 * replaced and its job is rejected; jobs that wait go to the others.
 */
export class ThreadPool<Hello, Request, Reply> {
  /** What the first thread said when it was ready. */
  readonly hello: Hello;
  readonly #options: ThreadOptions;
  readonly #threads: Set<Thread<Hello, Request, Reply>>;
  readonly #idle: Thread<Hello, Request, Reply>[];
  readonly #waiting: Job<Request, Reply>[] = [];
  #failedStarts = 0;
  #broken: Error | undefined;

  private constructor(options: ThreadOptions, threads: readonly Thread<Hello, Request, Reply>[]) {
    this.#options = options;
    this.#threads = new Set(threads);
    this.#idle = [...threads];
    this.hello = threads[0]!.hello;
    for (const thread of threads) this.#supervise(thread);
  }

  /** Starts all threads. @throws LookoutError what the first thread that failed to start said. */
  static async open<Hello, Request, Reply>(
    size: number,
    options: ThreadOptions,
  ): Promise<ThreadPool<Hello, Request, Reply>> {
    const starts = Array.from({ length: size }, () => Thread.start<Hello, Request, Reply>(options));
    const results = await Promise.allSettled(starts);
    const threads = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return new ThreadPool(options, threads);
    await Promise.all(threads.map((thread) => thread.close()));
    throw failed.reason;
  }

  /** Threads that stand now; a dead one is missing until its replacement is ready. */
  get threads(): ReadonlySet<Thread<Hello, Request, Reply>> {
    return this.#threads;
  }

  /** Jobs that no thread has taken yet. */
  get queued(): number {
    return this.#waiting.length;
  }

  /** @throws LookoutError kind `inference` when the thread dies, the job's own kind when it fails. */
  run(request: Request, transfer: readonly TransferListItem[] = []): Promise<Reply> {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, transfer, resolve, reject });
      this.#dispatch();
    });
  }

  /** Rejects what waits, lets what runs come to its end, ends all threads. Idempotent. */
  async close(): Promise<void> {
    this.#fail(new LookoutError('inference', 'the engine was closed'));
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  #fail(error: Error): void {
    this.#broken ??= error;
    for (const job of this.#waiting.splice(0)) job.reject(error);
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const thread = this.#idle.pop()!;
      const { request, transfer, resolve, reject } = this.#waiting.shift()!;
      thread
        .run(request, transfer)
        .then(resolve, reject)
        .finally(() => this.#release(thread));
    }
  }

  #release(thread: Thread<Hello, Request, Reply>): void {
    if (!this.#threads.has(thread)) return;
    this.#idle.push(thread);
    this.#dispatch();
  }

  #supervise(thread: Thread<Hello, Request, Reply>): void {
    void thread.ended.then(() => {
      this.#threads.delete(thread);
      const at = this.#idle.indexOf(thread);
      if (at >= 0) this.#idle.splice(at, 1);
      if (!this.#broken) void this.#replace();
    });
  }

  async #replace(): Promise<void> {
    try {
      const thread = await Thread.start<Hello, Request, Reply>(this.#options);
      this.#failedStarts = 0;
      if (this.#broken) return await thread.close();
      this.#threads.add(thread);
      this.#supervise(thread);
      this.#release(thread);
    } catch (error) {
      this.#failedStarts += 1;
      if (this.#failedStarts < MAX_FAILED_STARTS) return this.#replace();
      if (this.#threads.size === 0) this.#fail(error as Error);
    }
  }
}
