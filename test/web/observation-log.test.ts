import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import type { ObservationRecord } from '#core/record.js';
import { ObservationLog, SAME_FRAME_SECONDS } from '../../src/web/playout/observation-log.js';

const seen = (pts: number, epoch = 1): ObservationRecord => ({
  ...{ source: 'clip', camera: 'gate', epoch, seq: Math.round(pts * 25), pts },
  ...{ frame: { width: 640, height: 360 }, detections: [] },
});

function logOf(...times: number[]): ObservationLog {
  const log = new ObservationLog();
  for (const time of times) log.add(seen(time));
  return log;
}

describe('the log of observations', () => {
  it('has nothing of an epoch that it does not know', () => {
    const log = new ObservationLog();
    expect(log.at(1, 0)).toBeUndefined();
    expect(log.around(1, 0)).toEqual({});
    expect(log.until(1, 0, 5)).toEqual([]);
    expect(log.newest(1)).toBeUndefined();
  });

  it.each([
    ['the very time', 1.04, 1.04],
    ['a rounding before', 1.039999, 1.04],
    ['a rounding after', 1.040001, 1.04],
    ['the limit of rounding', 1.04 + SAME_FRAME_SECONDS - 1e-9, 1.04],
    ['more than a rounding', 1.043, undefined],
    ['the time between two frames', 1.06, undefined],
    ['before all', 0.5, undefined],
    ['after all', 9, undefined],
  ])('gives the observation of a frame for %s', (_, pts, found) => {
    expect(logOf(1, 1.04, 1.08).at(1, pts)?.pts).toBe(found);
  });

  it('gives the nearer of two that are very near', () => {
    expect(logOf(1, 1.003).at(1, 1.0016)?.pts).toBe(1.003);
    expect(logOf(1, 1.003).at(1, 1.0014)?.pts).toBe(1);
  });

  it('never takes an observation of another epoch', () => {
    const log = logOf(1);
    expect(log.at(2, 1)).toBeUndefined();
    log.add(seen(1, 2));
    expect(log.at(2, 1)?.epoch).toBe(2);
    expect(log.at(1, 1)?.epoch).toBe(1);
  });

  it('keeps the epoch before the present one, whose frames may still be on the screen, and none before it', () => {
    const log = new ObservationLog();
    for (const epoch of [1, 2, 3]) log.add(seen(1, epoch));
    expect([1, 2, 3].map((epoch) => log.newest(epoch)?.epoch)).toEqual([undefined, 2, 3]);
  });

  it.each([
    ['between two', 1.02, 1, 1.04],
    ['at one of them', 1.04, 1.04, 1.08],
    ['before all', 0.9, undefined, 1],
    ['after all', 2, 1.08, undefined],
  ])('gives the neighbours %s', (_, pts, before, after) => {
    const found = logOf(1, 1.04, 1.08).around(1, pts);
    expect([found.before?.pts, found.after?.pts]).toEqual([before, after]);
  });

  it('gives those of the last seconds up to a frame, itself included', () => {
    expect(
      logOf(1, 2, 3, 4)
        .until(1, 3, 1.5)
        .map(({ pts }) => pts),
    ).toEqual([2, 3]);
  });

  it('finds what a plain search finds, in whatever order they came', () => {
    const random = new Random(3);
    const times = Array.from({ length: 200 }, () => random.below(2000) / 100);
    const log = logOf(...times);
    for (let turn = 0; turn < 300; turn += 1) {
      const pts = random.below(2100) / 100;
      const near = times.filter((time) => Math.abs(time - pts) <= SAME_FRAME_SECONDS);
      expect(log.at(1, pts)?.pts).toBe(near[0]);
      expect(log.around(1, pts).before?.pts).toBe(greatest(times.filter((time) => time <= pts)));
      expect(log.around(1, pts).after?.pts).toBe(least(times.filter((time) => time > pts)));
    }
  });

  it('stays small however long it runs, and keeps the newest', () => {
    const log = new ObservationLog();
    for (let i = 0; i < 20_000; i += 1) log.add(seen(i / 25));
    expect(log.until(1, 1e6, 1e7).length).toBeLessThanOrEqual(2000);
    expect(log.newest(1)!.pts).toBe(19_999 / 25);
    expect(log.at(1, 19_999 / 25 - 20)).toBeDefined();
  });
});

function greatest(values: number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

function least(values: number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}
