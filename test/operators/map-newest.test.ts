import { Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { mapNewest } from '#operators/map-newest.js';

const turns = async () => {
  for (let index = 0; index < 20; index += 1) await Promise.resolve();
};

function stage() {
  const source = new Subject<string>();
  const dropped: string[] = [];
  const results: string[] = [];
  const events: string[] = [];
  const finish: (() => void)[] = [];
  const fail: ((error: Error) => void)[] = [];
  const work = (value: string) =>
    new Promise<string>((resolve, reject) => {
      finish.push(() => resolve(value.toUpperCase()));
      fail.push(reject);
    });
  const subscription = source.pipe(mapNewest(work, (value) => dropped.push(value))).subscribe({
    next: (value) => results.push(value),
    error: (error: Error) => events.push(`error ${error.message}`),
    complete: () => events.push('complete'),
  });
  return { source, dropped, results, events, finish, fail, subscription };
}

describe('mapNewest', () => {
  it('keeps the newest waiting value and hands each overtaken one back', async () => {
    const { source, dropped, results, finish } = stage();
    for (const value of ['a', 'b', 'c', 'd']) source.next(value);
    expect(dropped).toEqual(['b', 'c']);
    finish[0]!();
    await turns();
    expect(results).toEqual(['A']);
    finish[1]!();
    await turns();
    expect(results).toEqual(['A', 'D']);
    expect(finish).toHaveLength(2);
  });

  it('finishes the waiting value before it completes', async () => {
    const { source, results, events, finish } = stage();
    source.next('a');
    source.next('b');
    source.complete();
    finish[0]!();
    await turns();
    expect(events).toEqual([]);
    finish[1]!();
    await turns();
    expect(results).toEqual(['A', 'B']);
    expect(events).toEqual(['complete']);
  });

  it('completes at once on an empty source', () => {
    const { source, events } = stage();
    source.complete();
    expect(events).toEqual(['complete']);
  });

  it('ends with the error of the source or of the work', async () => {
    const one = stage();
    one.source.error(new Error('camera'));
    expect(one.events).toEqual(['error camera']);
    const two = stage();
    two.source.next('a');
    two.fail[0]!(new Error('worker'));
    await turns();
    expect(two.events).toEqual(['error worker']);
  });

  it('hands the waiting value back and gives nothing more when unsubscribed', async () => {
    const { source, dropped, results, finish, subscription } = stage();
    source.next('a');
    source.next('b');
    subscription.unsubscribe();
    expect(dropped).toEqual(['b']);
    finish[0]!();
    await turns();
    expect(results).toEqual([]);
    expect(source.observed).toBe(false);
  });

  it('unsubscribes from its source when it is unsubscribed', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
      ({ hot, expectObservable, expectSubscriptions }) => {
        const source = hot('a--b--c--');
        const result = source.pipe(
          mapNewest(
            () => new Promise<never>(() => undefined),
            () => undefined,
          ),
        );
        expectObservable(result, '^---!').toBe('-');
        expectSubscriptions(source.subscriptions).toBe('^---!');
      },
    );
  });
});
