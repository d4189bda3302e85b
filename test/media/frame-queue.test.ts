import { describe, expect, it } from 'vitest';
import { BufferPool } from '#media/buffer-pool.js';
import { FrameQueue } from '#media/frame-queue.js';

describe('the queue of frames', () => {
  it('gives items in order, to those who wait first', async () => {
    const queue = new FrameQueue<number>(2);
    const early = [queue.take(), queue.take()];
    for (const item of [1, 2, 3]) queue.push(item);
    expect(await Promise.all([...early, queue.take()])).toEqual([1, 2, 3]);
  });

  it('wants more while there is room or somebody waits', () => {
    const queue = new FrameQueue<number>(1);
    expect([queue.wanting, queue.starving]).toEqual([true, false]);
    queue.push(1);
    expect([queue.wanting, queue.starving]).toEqual([false, false]);
    void queue.take();
    void queue.take();
    expect([queue.wanting, queue.starving]).toEqual([true, true]);
    queue.end();
  });

  it('of no room wants only what is waited for', () => {
    const queue = new FrameQueue<number>(0);
    expect(queue.wanting).toBe(false);
    void queue.take();
    expect(queue.wanting).toBe(true);
    queue.end();
  });

  it('ends after what is left, with its error once', async () => {
    const queue = new FrameQueue<number>(2);
    queue.push(1);
    queue.end(new Error('cut'));
    queue.end(new Error('later'));
    queue.push(2);
    expect(await queue.take()).toBe(1);
    await expect(queue.take()).rejects.toThrow('cut');
    expect(await queue.take()).toBeUndefined();
  });

  it('tells all who wait, the first one why', async () => {
    const queue = new FrameQueue<number>(1);
    const [first, second] = [queue.take(), queue.take()];
    queue.end(new Error('cut'));
    await expect(first).rejects.toThrow('cut');
    expect(await second).toBeUndefined();
  });
});

describe('the pool of buffers', () => {
  it('gives back what it was given, if it is whole, to who asks for its size', () => {
    const pool = new BufferPool({ limit: 2, fill: 7 });
    const [a, b, c] = [pool.take(8), pool.take(8), pool.take(4)];
    expect([...a]).toEqual(Array(8).fill(7));
    pool.give(new Uint8Array(new ArrayBuffer(16), 8));
    pool.give(a);
    pool.give(a);
    structuredClone(b, { transfer: [b.buffer] });
    pool.give(b);
    pool.give(c);
    expect(pool.take(8)).toBe(a);
    expect(pool.take(4)).toBe(c);
    expect([a, b, c]).not.toContain(pool.take(8));
  });

  it('keeps as many idle ones as it may, the last', () => {
    const pool = new BufferPool({ limit: 2 });
    const all = [8, 4, 2].map((bytes) => pool.take(bytes));
    for (const one of all) pool.give(one);
    expect([2, 4, 8].map((bytes) => all.includes(pool.take(bytes)))).toEqual([true, true, false]);
  });
});
