import { describe, expect, it } from 'vitest';
import { AppendQueue } from '../../src/web/video/append-queue.js';

/** A source buffer that takes one piece at a time and refuses as long as it is told to. */
class FakeBuffer {
  updating = false;
  readonly done: string[] = [];
  full = 0;
  broken = false;
  #finished = () => {};

  appendBuffer(data: Uint8Array): void {
    if (this.updating) throw new DOMException('busy', 'InvalidStateError');
    if (this.broken) throw new DOMException('broken', 'InvalidStateError');
    if (this.full > 0) {
      this.full -= 1;
      throw new DOMException('full', 'QuotaExceededError');
    }
    this.done.push(`+${data[0]}`);
    this.updating = true;
  }

  remove(_: number, end: number): void {
    if (this.updating) throw new DOMException('busy', 'InvalidStateError');
    this.done.push(`-${end}`);
    this.updating = true;
  }

  addEventListener(_: string, listener: () => void): void {
    this.#finished = listener;
  }

  finish(): void {
    this.updating = false;
    this.#finished();
  }
}

function queueOn(buffer: FakeBuffer, room: () => number | undefined = () => undefined) {
  const failures: string[] = [];
  const failed = (error: unknown) => failures.push((error as DOMException).name);
  return { queue: new AppendQueue(buffer, { room, failed }), failures };
}

const piece = (name: number) => Uint8Array.of(name);

describe('an append queue', () => {
  it('hands over one piece at a time, in order', () => {
    const buffer = new FakeBuffer();
    const { queue } = queueOn(buffer);
    for (const name of [1, 2, 3]) queue.append(piece(name));
    expect([buffer.done, queue.length]).toEqual([['+1'], 2]);
    buffer.finish();
    buffer.finish();
    buffer.finish();
    expect(buffer.done).toEqual(['+1', '+2', '+3']);
  });

  it('empties the buffer before the next piece', () => {
    const buffer = new FakeBuffer();
    const { queue } = queueOn(buffer);
    queue.append(piece(1));
    queue.append(piece(2));
    queue.removeTo(9);
    buffer.finish();
    buffer.finish();
    expect(buffer.done).toEqual(['+1', '-9', '+2']);
  });

  it('makes room in a full buffer and tries again', () => {
    const buffer = new FakeBuffer();
    const { queue, failures } = queueOn(buffer, () => 5);
    buffer.full = 1;
    queue.append(piece(1));
    queue.append(piece(2));
    buffer.finish();
    buffer.finish();
    expect([buffer.done, failures]).toEqual([['-5', '+1', '+2'], []]);
  });

  it.each([
    ['nothing can go', undefined, 1],
    ['it is still full afterwards', 5, 2],
  ])('fails when the buffer is full and %s', (_, room, full) => {
    const buffer = new FakeBuffer();
    const { queue, failures } = queueOn(buffer, () => room);
    buffer.full = full;
    queue.append(piece(1));
    buffer.finish();
    expect([failures, queue.length]).toEqual([['QuotaExceededError'], 0]);
  });

  it('fails when the buffer is broken, and keeps nothing', () => {
    const buffer = new FakeBuffer();
    const { queue, failures } = queueOn(buffer, () => 5);
    buffer.broken = true;
    queue.append(piece(1));
    expect([failures, queue.length]).toEqual([['InvalidStateError'], 0]);
  });
});
