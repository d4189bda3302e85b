import { defer, type Observable, race, repeat, retry, tap, timer } from 'rxjs';

/** How long to wait before each new connection. */
export interface BackOff {
  /** Waits after the 1st, 2nd, ... failure in a row, ms; the last one repeats for ever. */
  readonly stepsMs: readonly number[];
  /** Part of each wait that is left to chance, 0..1: 0.2 spreads a wait of 1 s over 0.8 to 1.2 s. */
  readonly jitter: number;
  /** 0 <= x < 1, uniform; `Math.random` outside of tests. */
  readonly random: () => number;
  /** Emits when there is no more reason to wait after a failure; asked at each, and let go when the wait is over. */
  readonly over?: (failure: { readonly error?: unknown }) => Observable<unknown>;
}

/** A connection that was lost or never came about. */
export interface Fault {
  /** What ended it; absent when the source ended without a fault. */
  readonly error?: unknown;
  /** Failures since the source last gave a value, this one included; 1 is the first. */
  readonly attempts: number;
  /** The wait until the next connection, ms. */
  readonly waitMs: number;
}

/**
 * Connects again and again, whatever happens, and never ends by itself: `connect` is called with the epoch, 1 for the
 * first connection, rising by one. A connection that has given a value starts the steps anew.
 */
export function reconnecting<T>(
  connect: (epoch: number) => Observable<T>,
  backOff: BackOff,
  onFault: (fault: Fault) => void,
): Observable<T> {
  if (backOff.stepsMs.length === 0) throw new RangeError('reconnecting: expected at least one step');
  return defer(() => {
    let epoch = 0;
    let attempts = 0;
    const wait = (failure: { readonly error?: unknown }) => {
      attempts += 1;
      const step = backOff.stepsMs[Math.min(attempts, backOff.stepsMs.length) - 1]!;
      const waitMs = Math.round(step * (1 + backOff.jitter * (2 * backOff.random() - 1)));
      onFault({ ...failure, attempts, waitMs });
      return backOff.over ? race(timer(waitMs), backOff.over(failure)) : timer(waitMs);
    };
    return defer(() => {
      epoch += 1;
      return connect(epoch);
    }).pipe(
      tap(() => {
        attempts = 0;
      }),
      retry({ delay: (error) => wait({ error }) }),
      repeat({ delay: () => wait({}) }),
    );
  });
}
