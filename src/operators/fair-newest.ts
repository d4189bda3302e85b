import { Observable, type OperatorFunction } from 'rxjs';

/** How values from many streams share one work. */
export interface FairNewestOptions<T, R> {
  /** Works on one to `maxBatch` values, each of another stream; results in the same order. */
  readonly work: (batch: readonly T[]) => Promise<readonly R[]>;
  /** Batches in work at the same time, at least 1. */
  readonly slots: number;
  /** Values that one batch may hold, at least 1. */
  readonly maxBatch: number;
  /** How long an incomplete batch waits for more streams, ms; 0 never waits. */
  readonly waitMs: number;
}

interface Lane<T, R> {
  waiting: { readonly value: T } | undefined;
  busy: boolean;
  readonly dropped: (value: T) => void;
  done(result: R): void;
  failed(error: unknown): void;
}

/**
 * Newest wins, across streams: a stream has at most one value in work and one waiting, and hands back the one that was
 * overtaken. Free slots go to the stream that has waited for its turn the longest, so every stream gets the same share
 * however fast its values come. Values of different streams go into one batch where the work takes batches, spread evenly
 * over the slots that are free.
 */
export class FairNewest<T, R> {
  readonly #options: FairNewestOptions<T, R>;
  /** Lanes in the order of their next turn. */
  #turns: Lane<T, R>[] = [];
  #inWork = 0;
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: FairNewestOptions<T, R>) {
    const { slots, maxBatch, waitMs } = options;
    if (!(slots >= 1 && maxBatch >= 1 && waitMs >= 0)) {
      throw new RangeError(
        `FairNewest: expected slots and maxBatch of at least 1 and waitMs of at least 0, got ${slots}, ${maxBatch}, ${waitMs}`,
      );
    }
    this.#options = options;
  }

  /** The operator of one stream. Overtaken values, and the waiting one when unsubscribed, go to `dropped`. */
  lane(dropped: (value: T) => void): OperatorFunction<T, R> {
    return (source) =>
      new Observable<R>((subscriber) => {
        let ended = false;
        const lane: Lane<T, R> = {
          waiting: undefined,
          busy: false,
          dropped,
          done: (result) => {
            subscriber.next(result);
            if (ended && !lane.waiting && !lane.busy) subscriber.complete();
          },
          failed: (error) => subscriber.error(error),
        };
        this.#turns.push(lane);
        const subscription = source.subscribe({
          next: (value) => this.#offer(lane, value),
          error: (error) => subscriber.error(error),
          complete: () => {
            ended = true;
            if (!lane.busy && !lane.waiting) subscriber.complete();
          },
        });
        return () => {
          subscription.unsubscribe();
          this.#leave(lane);
        };
      });
  }

  #offer(lane: Lane<T, R>, value: T): void {
    if (lane.waiting) lane.dropped(lane.waiting.value);
    lane.waiting = { value };
    this.#dispatch(false);
  }

  #leave(lane: Lane<T, R>): void {
    this.#turns = this.#turns.filter((other) => other !== lane);
    if (lane.waiting) lane.dropped(lane.waiting.value);
    lane.waiting = undefined;
  }

  /** Fills free slots. `late`: the deadline has passed, incomplete batches go too. */
  #dispatch(late: boolean): void {
    const { slots, maxBatch, waitMs } = this.#options;
    while (this.#inWork < slots) {
      const ready = this.#turns.filter((lane) => lane.waiting && !lane.busy);
      if (ready.length === 0) return;
      const more = this.#turns.length > ready.length && ready.length < maxBatch;
      if (more && waitMs > 0 && !late && this.#turns.some((lane) => !lane.waiting && !lane.busy)) {
        this.#deadline ??= setTimeout(() => {
          this.#deadline = undefined;
          this.#dispatch(true);
        }, waitMs);
        return;
      }
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
      void this.#run(ready.slice(0, Math.min(maxBatch, Math.ceil(ready.length / (slots - this.#inWork)))));
    }
  }

  async #run(lanes: readonly Lane<T, R>[]): Promise<void> {
    const batch = lanes.map((lane) => {
      const { value } = lane.waiting!;
      lane.waiting = undefined;
      lane.busy = true;
      return value;
    });
    this.#turns = [...this.#turns.filter((lane) => !lanes.includes(lane)), ...lanes];
    this.#inWork += 1;
    const outcome = await this.#options.work(batch).then(
      (results) => ({ results }),
      (error: unknown) => ({ error }),
    );
    this.#inWork -= 1;
    for (const lane of lanes) lane.busy = false;
    this.#dispatch(false);
    for (const [index, lane] of lanes.entries()) {
      if ('error' in outcome) lane.failed(outcome.error);
      else lane.done(outcome.results[index]!);
    }
  }
}
