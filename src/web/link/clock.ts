interface Sample {
  readonly at: number;
  readonly roundTripMs: number;
  readonly offsetMs: number;
}

const KEPT_MS = 60_000;
/** A clock that is further off than all that the way can explain was set: what was known before is void. */
const STEPPED_MS = 500;

/**
 * The server's clock, seen from here. Each answer bounds the difference by its round trip; the fastest answer of the last
 * minute is the best (Cristian 1989, "Probabilistic clock synchronization").
 * Times here are `performance.now()`: nobody sets that clock.
 */
export class ServerClock {
  #samples: Sample[] = [];

  /** An answer that holds the server's time, ms since the Unix epoch. */
  answered(askedAt: number, answeredAt: number, serverTime: number): void {
    const roundTripMs = answeredAt - askedAt;
    const offsetMs = serverTime - (askedAt + answeredAt) / 2;
    const known = this.offsetMs;
    if (known !== undefined && Math.abs(offsetMs - known) > STEPPED_MS + roundTripMs / 2) this.#samples = [];
    this.#samples.push({ at: answeredAt, roundTripMs, offsetMs });
    this.#samples = this.#samples.filter(({ at }) => at >= answeredAt - KEPT_MS);
  }

  /** The greeting, whose way took an unknown time: better than nothing, worse than any answer. */
  greeted(at: number, serverTime: number): void {
    this.#samples = [{ at, roundTripMs: Number.POSITIVE_INFINITY, offsetMs: serverTime - at }];
  }

  /** Add this to a time here to get the server's. */
  get offsetMs(): number | undefined {
    return this.#best()?.offsetMs;
  }

  get roundTripMs(): number | undefined {
    const best = this.#best()?.roundTripMs;
    return best === undefined || !Number.isFinite(best) ? undefined : best;
  }

  /** The server's time, ms since the Unix epoch. */
  time(now: number): number | undefined {
    const offset = this.offsetMs;
    return offset === undefined ? undefined : now + offset;
  }

  #best(): Sample | undefined {
    let best: Sample | undefined;
    for (const sample of this.#samples) {
      if (best === undefined || sample.roundTripMs <= best.roundTripMs) best = sample;
    }
    return best;
  }
}
