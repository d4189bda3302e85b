import { Observable, type Subscriber } from 'rxjs';

/**
 * How a source's values meet a work that takes time: every one in order (batch) or newest wins (live).
 * Results come in the order of the values.
 */
export type Pace<T> = <R>(work: (value: T) => Promise<R>) => Observable<R>;

/**
 * Every value, in order. The next value is pulled only while fewer than `limit` are in work, so that a slow work stops
 * the source instead of filling memory. Unsubscribing stops pulling and ends the iterator.
 */
export function inOrder<T>(source: AsyncIterable<T>, limit: number): Pace<T> {
  if (!(limit >= 1)) throw new RangeError(`inOrder: expected a limit of at least 1, got ${limit}`);
  return <R>(work: (value: T) => Promise<R>) =>
    new Observable<R>((subscriber) => {
      pull(source, limit, work, subscriber).then(
        () => subscriber.complete(),
        (error) => subscriber.error(error),
      );
    });
}

async function pull<T, R>(
  source: AsyncIterable<T>,
  limit: number,
  work: (value: T) => Promise<R>,
  subscriber: Subscriber<R>,
): Promise<void> {
  const inWork: Promise<R>[] = [];
  const iterator = source[Symbol.asyncIterator]();
  let fault: { readonly error: unknown } | undefined;
  try {
    while (!subscriber.closed) {
      const step = await iterator.next().catch((error) => {
        fault = { error };
        return { done: true, value: undefined } as const;
      });
      if (step.done) break;
      const result = work(step.value);
      result.catch(() => undefined); // reported when its turn comes
      inWork.push(result);
      if (inWork.length === limit) subscriber.next(await inWork.shift()!);
    }
    for (const result of inWork) subscriber.next(await result); // also what was decoded before a fault
  } finally {
    await iterator.return?.();
  }
  if (fault) throw fault.error;
}
