interface Failures {
  count: number;
  blockedUntil: number;
}

const FREE_TRIES = 5;
const LONGEST_BLOCK_MS = 60_000;
/** Who did not try for so long starts afresh. */
const FORGET_MS = 15 * 60_000;
const MOST = 10_000;

/** Slows guessing down: after five wrong tokens an address waits 1 s, 2 s, 4 s ... up to a minute before each further try. */
export class Throttle {
  readonly #failures = new Map<string, Failures>();

  /** ms until this address may try again, 0 for now. */
  wait(address: string, now: number): number {
    return Math.max(0, (this.#failures.get(address)?.blockedUntil ?? 0) - now);
  }

  failed(address: string, now: number): void {
    const known = this.#failures.get(address);
    const failures =
      known === undefined || now - known.blockedUntil > FORGET_MS ? { count: 0, blockedUntil: 0 } : known;
    failures.count++;
    const block =
      failures.count < FREE_TRIES ? 0 : Math.min(LONGEST_BLOCK_MS, 1000 * 2 ** (failures.count - FREE_TRIES));
    failures.blockedUntil = now + block;
    this.#failures.delete(address);
    this.#failures.set(address, failures);
    if (this.#failures.size > MOST) this.#failures.delete(this.#failures.keys().next().value!);
  }

  succeeded(address: string): void {
    this.#failures.delete(address);
  }
}
