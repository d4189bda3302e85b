import { lastValueFrom, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { inOrder } from '#operators/in-order.js';

async function* numbers(count: number, pulled: number[] = [], fault?: Error): AsyncGenerator<number> {
  for (let index = 0; index < count; index += 1) {
    pulled.push(index);
    yield index;
  }
  if (fault) throw fault;
}

/** Work whose pieces finish only when told to. */
function manual() {
  const finish = new Map<number, { resolve(value: string): void; reject(error: Error): void }>();
  const work = (value: number) => new Promise<string>((resolve, reject) => finish.set(value, { resolve, reject }));
  return { finish, work };
}

const turns = async () => {
  for (let index = 0; index < 20; index += 1) await Promise.resolve();
};

describe('inOrder', () => {
  it.each([1, 2, 5])('gives every result in the order of the values with %i in work', async (limit) => {
    const work = (value: number) => new Promise<number>((resolve) => setImmediate(() => resolve(value * 10)));
    expect(await lastValueFrom(inOrder(numbers(7), limit)(work).pipe(toArray()))).toEqual([0, 10, 20, 30, 40, 50, 60]);
  });

  it('completes on an empty source', async () => {
    expect(await lastValueFrom(inOrder(numbers(0), 2)(async (value) => value).pipe(toArray()))).toEqual([]);
  });

  it('pulls no further while the limit is in work', async () => {
    const pulled: number[] = [];
    const { finish, work } = manual();
    const results: string[] = [];
    inOrder(numbers(5, pulled), 2)(work).subscribe((value) => results.push(value));
    await turns();
    expect(pulled).toEqual([0, 1]);
    finish.get(1)!.resolve('b');
    await turns();
    expect(results).toEqual([]); // 1 is done, but 0 comes first
    finish.get(0)!.resolve('a');
    await turns();
    expect(results).toEqual(['a', 'b']);
    expect(pulled).toEqual([0, 1, 2, 3]); // 2 and 3 are in work
  });

  it('gives what was decoded before a fault of the source, then the fault', async () => {
    const results: number[] = [];
    const fault = new Error('truncated');
    const error = await new Promise((resolve) =>
      inOrder(
        numbers(3, [], fault),
        4,
      )(async (value) => value).subscribe({ next: (value) => results.push(value), error: resolve }),
    );
    expect(error).toBe(fault);
    expect(results).toEqual([0, 1, 2]);
  });

  it('stops at a failed work and gives nothing after the gap', async () => {
    const results: number[] = [];
    const work = async (value: number) => {
      if (value === 1) throw new Error('worker died');
      return value;
    };
    const error = await new Promise<Error>((resolve) =>
      inOrder(numbers(5), 3)(work).subscribe({ next: (value) => results.push(value), error: resolve }),
    );
    expect(error.message).toBe('worker died');
    expect(results).toEqual([0]);
  });

  it('ends the iterator when unsubscribed', async () => {
    let ended = false;
    async function* endless() {
      try {
        for (let index = 0; ; index += 1) yield index;
      } finally {
        ended = true;
      }
    }
    expect(await lastValueFrom(inOrder(endless(), 2)(async (value) => value).pipe(take(2), toArray()))).toEqual([0, 1]);
    await turns();
    expect(ended).toBe(true);
  });

  it.each([0, -1, Number.NaN])('refuses a limit of %s', (limit) => {
    expect(() => inOrder(numbers(1), limit)).toThrow(RangeError);
  });
});
