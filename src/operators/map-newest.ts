import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Newest wins: while `work` is busy only the newest value waits, and each value that it overtakes goes to `dropped`,
 * whose owner counts it and takes its buffer back (`exhaustMap` would forget it silently). Results keep the order of
 * the values. Completes when the source has completed and the last waiting value is done.
 */
export function mapNewest<T, R>(work: (value: T) => Promise<R>, dropped: (value: T) => void): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      let waiting: { readonly value: T } | undefined;
      let busy = false;
      let ended = false;

      async function drain(): Promise<void> {
        busy = true;
        while (waiting && !subscriber.closed) {
          const { value } = waiting;
          waiting = undefined;
          subscriber.next(await work(value));
        }
        busy = false;
        if (ended) subscriber.complete();
      }

      function take(value: T): void {
        if (waiting) dropped(waiting.value);
        waiting = { value };
        if (!busy) drain().catch((error) => subscriber.error(error));
      }

      const subscription = source.subscribe({
        next: take,
        error: (error) => subscriber.error(error),
        complete: () => {
          ended = true;
          if (!busy) subscriber.complete();
        },
      });
      return () => {
        subscription.unsubscribe();
        if (waiting) dropped(waiting.value);
        waiting = undefined;
      };
    });
}
