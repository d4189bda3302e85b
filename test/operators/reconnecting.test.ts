import { concat, EMPTY, NEVER, of, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { type BackOff, type Fault, reconnecting } from '#operators/reconnecting.js';

const steady: BackOff = { stepsMs: [10, 20, 40], jitter: 0, random: () => 0.5 };
const scheduler = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

describe('reconnecting', () => {
  it('waits longer at each failure in a row and never gives up', () => {
    const faults: Fault[] = [];
    const epochs: number[] = [];
    scheduler().run(({ expectObservable }) => {
      const connect = (epoch: number) => {
        epochs.push(epoch);
        return throwError(() => `refused ${epoch}`);
      };
      expectObservable(
        reconnecting(connect, steady, (fault) => faults.push(fault)),
        '160ms !',
      ).toBe('-');
    });
    expect(epochs).toEqual([1, 2, 3, 4, 5, 6]);
    expect(faults.map(({ waitMs }) => waitMs)).toEqual([10, 20, 40, 40, 40, 40]);
    expect(faults[2]).toEqual({ error: 'refused 3', attempts: 3, waitMs: 40 });
  });

  it('starts the steps anew once a value has come', () => {
    const waits: number[] = [];
    scheduler().run(({ expectObservable }) => {
      const connect = (epoch: number) =>
        epoch === 3
          ? concat(
              of('v'),
              throwError(() => 'lost'),
            )
          : throwError(() => 'refused');
      expectObservable(
        reconnecting(connect, steady, ({ waitMs }) => waits.push(waitMs)),
        '55ms !',
      ).toBe('30ms v');
    });
    expect(waits).toEqual([10, 20, 10, 20]);
  });

  it('waits no longer than there is reason to, and asks at each failure anew', () => {
    const asked: unknown[] = [];
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const reasons = [cold('3ms o'), cold('-'), cold('1s o')];
      const over = (failure: { readonly error?: unknown }) => {
        asked.push(failure.error);
        return reasons[asked.length - 1]!;
      };
      const connect = (epoch: number) => (epoch < 4 ? throwError(() => epoch) : concat(of('v'), NEVER));
      // 3 ms in place of 10, then the steps: 20 and 40.
      expectObservable(
        reconnecting(connect, { ...steady, over }, () => {}),
        '100ms !',
      ).toBe('63ms v');
      expectSubscriptions(reasons[0]!.subscriptions).toBe('^ 2ms !');
      expectSubscriptions(reasons[1]!.subscriptions).toBe('3ms ^ 19ms !');
      expectSubscriptions(reasons[2]!.subscriptions).toBe('23ms ^ 39ms !');
    });
    expect(asked).toEqual([1, 2, 3]);
  });

  it('connects again when the source ends without a fault', () => {
    const faults: Fault[] = [];
    scheduler().run(({ expectObservable }) => {
      const connect = (epoch: number) => (epoch === 1 ? EMPTY : concat(of('v'), NEVER));
      expectObservable(
        reconnecting(connect, steady, (fault) => faults.push(fault)),
        '50ms !',
      ).toBe('10ms v');
    });
    expect(faults).toEqual([{ attempts: 1, waitMs: 10 }]);
  });

  it('ends its connection, or its wait, when unsubscribed', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a----');
      expectObservable(
        reconnecting(
          () => source,
          steady,
          () => undefined,
        ),
        '^---!',
      ).toBe('--a');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('spreads its waits by chance', () => {
    const waits: number[] = [];
    const chances = [0, 0.999_999];
    scheduler().run(({ expectObservable }) => {
      const backOff = { stepsMs: [100], jitter: 0.2, random: () => chances[waits.length] ?? 0.5 };
      expectObservable(
        reconnecting(
          () => throwError(() => 'refused'),
          backOff,
          ({ waitMs }) => waits.push(waitMs),
        ),
        '205ms !',
      ).toBe('-');
    });
    expect(waits).toEqual([80, 120, 100]);
  });

  it('refuses an empty list of steps', () => {
    expect(() =>
      reconnecting(
        () => NEVER,
        { ...steady, stepsMs: [] },
        () => undefined,
      ),
    ).toThrow(RangeError);
  });
});
