import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FairNewest } from '#operators/fair-newest.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const turns = async () => {
  for (let index = 0; index < 20; index += 1) await Promise.resolve();
};

function stage(options: { streams: number; slots?: number; maxBatch?: number; waitMs?: number }) {
  const batches: string[][] = [];
  const finish: (() => void)[] = [];
  const fail: ((error: Error) => void)[] = [];
  const shared = new FairNewest<string, string>({
    slots: options.slots ?? 1,
    maxBatch: options.maxBatch ?? 1,
    waitMs: options.waitMs ?? 0,
    work: (batch) =>
      new Promise((resolve, reject) => {
        batches.push([...batch]);
        finish.push(() => resolve(batch.map((value) => value.toUpperCase())));
        fail.push(reject);
      }),
  });
  const streams = Array.from({ length: options.streams }, () => {
    const source = new Subject<string>();
    const dropped: string[] = [];
    const results: string[] = [];
    const events: string[] = [];
    const subscription = source.pipe(shared.lane((value) => dropped.push(value))).subscribe({
      next: (value) => results.push(value),
      error: (error: Error) => events.push(`error ${error.message}`),
      complete: () => events.push('complete'),
    });
    return { source, dropped, results, events, subscription };
  });
  return { streams, batches, finish, fail };
}

describe('FairNewest', () => {
  it('keeps the newest value of a stream and hands the overtaken ones back', async () => {
    const { streams, batches, finish } = stage({ streams: 1 });
    const [one] = streams;
    for (const value of ['a', 'b', 'c', 'd']) one!.source.next(value);
    expect(one!.dropped).toEqual(['b', 'c']);
    finish[0]!();
    await turns();
    finish[1]!();
    await turns();
    expect(batches).toEqual([['a'], ['d']]);
    expect(one!.results).toEqual(['A', 'D']);
  });

  it('has never two values of one stream in work, so that results keep their order', async () => {
    const { streams, batches } = stage({ streams: 1, slots: 4 });
    streams[0]!.source.next('a');
    streams[0]!.source.next('b');
    expect(batches).toEqual([['a']]);
  });

  it('gives a slow stream its turn however fast another one is', async () => {
    const { streams, batches, finish } = stage({ streams: 2 });
    const [fast, slow] = streams;
    fast!.source.next('f0');
    slow!.source.next('s0');
    for (let index = 1; index < 6; index += 1) {
      fast!.source.next(`f${index}`);
      finish[index - 1]!();
      await turns();
      if (index === 2) slow!.source.next('s1');
    }
    expect(batches.map(([value]) => value![0])).toEqual(['f', 's', 'f', 's', 'f', 'f']);
  });

  it('puts the waiting values of several streams into one batch', async () => {
    const { streams, batches, finish } = stage({ streams: 3, maxBatch: 4, waitMs: 5 });
    streams[0]!.source.next('a');
    expect(batches).toEqual([]);
    streams[1]!.source.next('b');
    streams[2]!.source.next('c');
    expect(batches).toEqual([['a', 'b', 'c']]);
    finish[0]!();
    await turns();
    expect(streams.map(({ results }) => results)).toEqual([['A'], ['B'], ['C']]);
  });

  it('spreads what waits over the free slots', () => {
    const { streams, batches } = stage({ streams: 3, slots: 2, maxBatch: 4, waitMs: 5 });
    for (const [at, value] of ['a', 'b', 'c'].entries()) streams[at]!.source.next(value);
    expect(batches).toEqual([['a', 'b'], ['c']]);
  });

  it('does not wait longer for the others than it may', () => {
    const { streams, batches } = stage({ streams: 2, maxBatch: 2, waitMs: 5 });
    streams[0]!.source.next('a');
    vi.advanceTimersByTime(4);
    expect(batches).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(batches).toEqual([['a']]);
  });

  it('does not wait for streams whose values are in work', () => {
    const { streams, batches } = stage({ streams: 2, slots: 2, maxBatch: 2, waitMs: 5 });
    streams[0]!.source.next('a');
    vi.advanceTimersByTime(5);
    streams[1]!.source.next('b');
    expect(batches).toEqual([['a'], ['b']]);
  });

  it('tells each stream of a failed batch, and goes on with the others', async () => {
    const { streams, fail, finish, batches } = stage({ streams: 2 });
    streams[0]!.source.next('a');
    streams[1]!.source.next('b');
    fail[0]!(new Error('worker'));
    await turns();
    expect(streams[0]!.events).toEqual(['error worker']);
    expect(batches).toEqual([['a'], ['b']]);
    finish[1]!();
    await turns();
    expect(streams[1]!.results).toEqual(['B']);
  });

  it('finishes the waiting value before it completes', async () => {
    const { streams, finish } = stage({ streams: 1 });
    const [one] = streams;
    one!.source.next('a');
    one!.source.next('b');
    one!.source.complete();
    finish[0]!();
    await turns();
    expect(one!.events).toEqual([]);
    finish[1]!();
    await turns();
    expect(one!.results).toEqual(['A', 'B']);
    expect(one!.events).toEqual(['complete']);
  });

  it('completes at once on an empty stream', () => {
    const { streams } = stage({ streams: 1 });
    streams[0]!.source.complete();
    expect(streams[0]!.events).toEqual(['complete']);
  });

  it('hands the waiting value back when unsubscribed, and waits for that stream no longer', async () => {
    const { streams, batches, finish } = stage({ streams: 2, maxBatch: 2, waitMs: 5 });
    streams[0]!.source.next('a');
    streams[1]!.source.next('b');
    streams[1]!.source.next('c');
    streams[1]!.subscription.unsubscribe();
    expect(streams[1]!.dropped).toEqual(['c']);
    finish[0]!();
    await turns();
    expect(streams[1]!.results).toEqual([]);
    streams[0]!.source.next('d');
    expect(batches).toEqual([['a', 'b'], ['d']]);
  });

  it.each([
    { slots: 0, maxBatch: 1, waitMs: 0 },
    { slots: 1, maxBatch: 0, waitMs: 0 },
    { slots: 1, maxBatch: 1, waitMs: -1 },
  ])('refuses %o', (limits) => {
    expect(() => new FairNewest({ ...limits, work: async () => [] })).toThrow(RangeError);
  });
});
