/** Allows `perSecond` events on average and `burst` at once. Time is in ms, from any clock that never runs backwards. */
export class TokenBucket {
  #tokens: number;
  #at: number;

  constructor(
    private readonly limit: { readonly perSecond: number; readonly burst: number },
    now: number,
  ) {
    this.#tokens = limit.burst;
    this.#at = now;
  }

  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Nothing was taken for so long that a new bucket would be the same. */
  full(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= this.limit.burst;
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.limit.burst, this.#tokens + ((now - this.#at) / 1000) * this.limit.perSecond);
    this.#at = now;
  }
}

/** A bucket per key, e.g. per address; forgets those that are full, so memory is bounded by the recent callers. */
export class TokenBuckets {
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(
    private readonly limit: { readonly perSecond: number; readonly burst: number },
    private readonly most = 10_000,
  ) {}

  take(key: string, now: number): boolean {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.most) this.#sweep(now);
      bucket = new TokenBucket(this.limit, now);
      this.#buckets.set(key, bucket);
    }
    return bucket.take(now);
  }

  get size(): number {
    return this.#buckets.size;
  }

  #sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.full(now)) this.#buckets.delete(key);
    // All of them busy: the oldest starts again.
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size < this.most) break;
      this.#buckets.delete(key);
    }
  }
}
