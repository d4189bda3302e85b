import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { Lateness } from '../../src/web/playout/lateness.js';
import { type PaceChoice, PaceKeeper } from '../../src/web/playout/pace.js';
import { steer } from '../../src/web/playout/steering.js';
import { trimEnd } from '../../src/web/playout/trimming.js';

describe('lateness', () => {
  it('is not known without samples', () => {
    const lateness = new Lateness();
    expect([lateness.quantile(0.5), lateness.count]).toEqual([undefined, 0]);
  });

  it('gives the smallest value that the share does not exceed, as a plain count finds it', () => {
    const random = new Random(11);
    const lateness = new Lateness({ windowMs: 1e9, mostSamples: 1000 });
    const values = Array.from({ length: 101 }, (_, i) => {
      const value = random.below(500);
      lateness.add(value + 1000 * i, i);
      return value;
    });
    for (const share of [0, 0.01, 0.5, 0.99, 1]) {
      const found = lateness.quantile(share)!;
      expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual(share * values.length);
      expect(values.filter((value) => value < found).length).toBeLessThan(Math.max(1, share * values.length));
    }
  });

  it('forgets what is older than its window, or too much', () => {
    const lateness = new Lateness({ windowMs: 1000, mostSamples: 3 });
    for (const [at, mediaTime] of [
      [500, 0],
      [600, 0.5],
      [1550, 1.5],
    ] as const)
      lateness.add(at, mediaTime);
    expect(lateness.quantile(1)).toBe(100);
    for (const at of [1560, 1570, 1580]) lateness.add(at, 1.5);
    expect(lateness.count).toBe(3);
  });
});

interface Played {
  /** One of so many frames is analysed; 0: none. */
  readonly every?: number;
  readonly seconds?: number;
  readonly delayMs?: (index: number) => number;
  readonly choice?: PaceChoice;
}

const fps = 25;

/** Plays frames at a rate into a pace keeper: each arrives at once, its observation later. */
function played({ every = 1, seconds = 10, delayMs = () => 50, choice = 'auto' }: Played = {}): PaceKeeper {
  const pace = new PaceKeeper();
  pace.choice = choice;
  const events: [at: number, tell: () => void][] = [];
  for (let i = 0; i < fps * seconds; i += 1) {
    const [at, mediaTime] = [10_000 + (i * 1000) / fps, 1 + i / fps];
    events.push([at, () => pace.filmed(at, mediaTime)]);
    if (every > 0 && i % every === 0) events.push([at + delayMs(i), () => pace.observed(at + delayMs(i), mediaTime)]);
  }
  for (const [, tell] of events.sort(([a], [b]) => a - b)) tell();
  return pace;
}

/** How far behind the newest frame the target is, ms; frames take no time at all. */
const behind = (pace: PaceKeeper) => 1000 - pace.target(10_000)! * 1000;

describe('the pace', () => {
  it('has no target before the first frame', () => {
    expect(new PaceKeeper().target(5)).toBeUndefined();
  });

  it('keeps the picture back by the time that the observations take, and hardly more', () => {
    expect(behind(played({ delayMs: () => 50 }))).toBeCloseTo(50 + 40, 5);
    expect(behind(played({ delayMs: () => 400 }))).toBeCloseTo(400 + 40, 5);
  });

  it('waits for the slow ones among the observations', () => {
    const pace = played({ delayMs: (i) => (i % 10 < 3 ? 250 : 50) });
    expect(behind(pace)).toBeGreaterThan(250);
    expect(pace.heldBackMs).toBeCloseTo(250, 5);
  });

  it('keeps nothing back for the lowest delay', () => {
    const pace = played({ delayMs: () => 400, choice: 'fast' });
    expect(behind(pace)).toBeCloseTo(40, 5);
    expect(pace.heldBackMs).toBe(0);
  });

  it('shows the picture without delay while there is no analysis', () => {
    expect(behind(played({ every: 0 }))).toBeCloseTo(40, 5);
  });

  it.each([
    ['every frame', 1, 50, 'exact'],
    ['5 of 25 frames', 5, 50, 'exact'],
    ['3 of 25 frames', 8, 50, 'smooth'],
    ['a frame every two seconds', 50, 400, 'fast'],
  ])('is chosen by the rate of the analysis: %s', (_, every, delay, expected) => {
    expect(played({ every, delayMs: () => delay, seconds: 20 }).pace).toBe(expected);
  });

  it('keeps a picture that shows every frame back until the next analysed one is known', () => {
    const pace = played({ every: 8, delayMs: () => 50 });
    expect(pace.pace).toBe('smooth');
    expect(pace.heldBackMs).toBeCloseTo(8 * 40 + 50, 5);
  });

  it('does not waver between two paces at the limit', () => {
    const pace = played({ every: 1, delayMs: () => 50 });
    expect(pace.pace).toBe('exact');
    for (let i = 0; i < 60; i += 1) pace.observed(30_000 + 230 * i, 20 + 0.23 * i);
    expect(pace.pace).toBe('exact');
    for (let i = 0; i < 60; i += 1) pace.observed(60_000 + 300 * i, 50 + 0.3 * i);
    expect(pace.pace).toBe('smooth');
    for (let i = 0; i < 60; i += 1) pace.observed(90_000 + 230 * i, 90 + 0.23 * i);
    expect(pace.pace).toBe('smooth');
  });

  it('forgets a standstill of two seconds, four seconds after it', () => {
    const pace = new PaceKeeper();
    const arrival = (i: number) => (i >= 100 && i < 150 ? 150 : i) * 40;
    for (let i = 0; i < 150; i += 1) pace.filmed(arrival(i), i / fps);
    expect(150 * 40 - pace.target(150 * 40)! * 1000).toBeGreaterThan(1500);
    for (let i = 150; i < 252; i += 1) pace.filmed(arrival(i), i / fps);
    expect(251 * 40 - pace.target(251 * 40)! * 1000).toBeCloseTo(40, 5);
  });

  it('begins anew with a stream, but remembers the rate of the analysis', () => {
    const pace = played({ every: 8 });
    pace.restart();
    expect([pace.target(1), pace.pace]).toEqual([undefined, 'smooth']);
  });
});

describe('steering', () => {
  const at = { currentTime: 10, targetTime: 10, bufferedStart: 0, bufferedEnd: 12, rate: 1 };

  it.each([
    ['there: as it is', {}, { rate: 1 }],
    ['hardly behind: as it is', { targetTime: 10.03 }, { rate: 1 }],
    ['a little behind: a little faster', { targetTime: 10.05 }, { rate: 1.08 }],
    ['a little ahead: a little slower', { targetTime: 9.95 }, { rate: 0.92 }],
    ['under way and not yet there: goes on', { targetTime: 10.02, rate: 1.06 }, { rate: 1.04 }],
    ['under way and there: as usual', { targetTime: 10.005, rate: 1.06 }, { rate: 1 }],
    ['far behind: in haste', { targetTime: 11.2 }, { rate: 2 }],
    ['far ahead: no slower than by a fifth', { targetTime: 9 }, { rate: 0.8 }],
    ['too far behind: jumps', { targetTime: 11.6 }, { rate: 1, seekTo: 11.6 }],
    ['too far ahead: jumps', { targetTime: 8.4 }, { rate: 1, seekTo: 8.4 }],
    ['a target that has not come: up to what has', { targetTime: 15 }, { rate: 1, seekTo: 12 }],
    ['before the buffer: jumps into it', { currentTime: 1, bufferedStart: 9.5 }, { rate: 1, seekTo: 10 }],
    ['at the end of the buffer: waits', { currentTime: 12.1 }, { rate: 1, hold: true }],
    ['behind the buffer by far: jumps into it', { currentTime: 14 }, { rate: 1, seekTo: 10 }],
  ])('%s', (_, more, expected) => {
    const { rate, seekTo, hold } = steer({ ...at, ...more });
    expect(hold).toBe((expected as { hold?: true }).hold);
    expect(rate).toBeCloseTo((expected as { rate: number }).rate, 9);
    expect(seekTo).toBe((expected as { seekTo?: number }).seekTo);
  });

  it('brings a playhead to its target and leaves it there', () => {
    let [currentTime, rate, now] = [0.4, 1, 0.9];
    for (let step = 0; step < 400; step += 1) {
      ({ rate } = steer({ currentTime, targetTime: now, bufferedStart: 0, bufferedEnd: now + 0.1, rate }));
      currentTime += 0.1 * rate;
      now += 0.1;
    }
    expect(Math.abs(now - currentTime)).toBeLessThan(0.04);
    expect(rate).toBe(1);
  });
});

describe('trimming', () => {
  it.each([
    ['no key frames', [], { bufferedStart: 0, currentTime: 100 }, undefined],
    ['not yet worth it', [0, 10, 20], { bufferedStart: 0, currentTime: 15 }, undefined],
    ['up to the last key frame well behind', [0, 10, 20, 30], { bufferedStart: 0, currentTime: 29 }, 20],
    ['a key frame exactly at the margin', [0, 10, 20], { bufferedStart: 0, currentTime: 26 }, 20],
    ['never into a long group that is being shown', [0, 40], { bufferedStart: 0, currentTime: 39 }, undefined],
    ['what went before does not count', [0, 10, 20], { bufferedStart: 15, currentTime: 28 }, undefined],
  ])('%s', (_, keyframes, place, expected) => {
    expect(trimEnd(keyframes as number[], place as never)).toBe(expected);
  });
});
