/** What a {@link FrameQueue} gives: an item, or undefined once it has ended. */
type Waiter<T> = { resolve(item: T | undefined): void; reject(error: unknown): void };

/** A queue between a producer that is paused when it is full and consumers that wait. Ends once, well or with an error. */
export class FrameQueue<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  readonly #waiters: Waiter<T>[] = [];
  #end: { readonly error?: unknown } | undefined;
  #settleEnding: Waiter<void> = { resolve: () => undefined, reject: () => undefined };
  /** Settles once no more items will come, whether or not somebody waits for one; rejects with what it ended with. */
  readonly ending = new Promise<void>((resolve, reject) => {
    this.#settleEnding = { resolve, reject };
  });

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.ending.catch(() => undefined); // who takes is told too
  }

  /** True while more is wanted: somebody waits, or there is room. */
  get wanting(): boolean {
    return this.#waiters.length > 0 || this.#items.length < this.#capacity;
  }

  /** True while a consumer waits in vain. */
  get starving(): boolean {
    return this.#waiters.length > 0;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  push(item: T): void {
    if (this.#end) return;
    const waiter = this.#waiters.shift();
    if (waiter) waiter.resolve(item);
    else this.#items.push(item);
  }

  /** No more items will come; those that wait here are still given. Only the first call counts. */
  end(error?: unknown): void {
    if (this.#end) return;
    this.#end = error === undefined ? {} : { error };
    if (error === undefined) this.#settleEnding.resolve();
    else this.#settleEnding.reject(error);
    for (const waiter of this.#waiters.splice(0)) this.#settle(waiter);
  }

  /** The next item, or undefined after the end. Rejects, once, with the error that it ended with. */
  take(): Promise<T | undefined> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      if (this.#end) this.#settle(waiter);
      else this.#waiters.push(waiter);
    });
  }

  /** Takes out what nobody has taken. */
  drain(): T[] {
    return this.#items.splice(0);
  }

  #settle(waiter: Waiter<T>): void {
    const error = this.#end?.error;
    if (error === undefined) waiter.resolve(undefined);
    else waiter.reject(error);
    this.#end = {};
  }
}
