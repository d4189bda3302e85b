import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/web/link/backoff.js';
import { ServerClock } from '../../src/web/link/clock.js';

describe('waiting before the next try', () => {
  it.each([
    [0, 300],
    [1, 700],
    [5, 8000],
    [1000, 8000],
  ])('after %i failures takes %i ms, give or take a quarter', (failures, middle) => {
    expect(backoffMs(failures, 0.5)).toBe(middle);
    expect(backoffMs(failures, 0)).toBe(middle * 0.75);
    expect(backoffMs(failures, 1)).toBe(middle * 1.25);
  });
});

describe("the server's clock", () => {
  it('is unknown at first', () => {
    const clock = new ServerClock();
    expect([clock.offsetMs, clock.roundTripMs, clock.time(5)]).toEqual([undefined, undefined, undefined]);
  });

  it('is roughly known from the greeting', () => {
    const clock = new ServerClock();
    clock.greeted(100, 5100);
    expect([clock.time(200), clock.roundTripMs]).toEqual([5200, undefined]);
  });

  it('is known from an answer: half the round trip is the way back', () => {
    const clock = new ServerClock();
    clock.greeted(100, 5000);
    clock.answered(200, 240, 5220);
    expect([clock.time(300), clock.roundTripMs]).toEqual([5300, 40]);
  });

  it('trusts the fastest answer of the last minute, and the newest of equals', () => {
    const clock = new ServerClock();
    clock.answered(0, 10, 1005);
    clock.answered(100, 300, 1250);
    expect(clock.offsetMs).toBe(1000);
    clock.answered(1000, 1010, 2006);
    expect(clock.offsetMs).toBe(1001);
    clock.answered(70_000, 70_100, 71_070);
    expect(clock.offsetMs).toBe(1020);
  });

  it('forgets everything when the server set its clock', () => {
    const clock = new ServerClock();
    clock.answered(0, 10, 1005);
    clock.answered(2000, 2100, 3_602_050);
    expect(clock.offsetMs).toBe(3_600_000);
  });

  it('is not misled by one slow answer', () => {
    const clock = new ServerClock();
    clock.answered(0, 10, 1005);
    clock.answered(2000, 5000, 6000);
    expect(clock.offsetMs).toBe(1000);
  });
});
