import { describe, expect, it } from 'vitest';
import { Guard, MAX_ROLLBACKS } from '#training/run/guard.js';
import { betterOf, isExhausted } from '#training/run/patience.js';
import { expectedEpochs, isUnsettled, progressOf, secondsLeft } from '#training/run/plan.js';

describe('the progress of a run', () => {
  const timed = { epochs: 100, stepsPerEpoch: 10, minutes: 10 };
  it.each([
    { why: 'nothing done', step: 0, seconds: 0, progress: 0, epochs: 100 },
    { why: 'steps are ahead of the time', step: 500, seconds: 60, progress: 0.5, epochs: 100 },
    { why: 'time is ahead of the steps', step: 100, seconds: 300, progress: 0.5, epochs: 20 },
    { why: 'both at once', step: 500, seconds: 300, progress: 0.5, epochs: 100 },
    { why: 'the time is up', step: 10, seconds: 600, progress: 1, epochs: 1 },
    { why: 'beyond the end', step: 2000, seconds: 900, progress: 1, epochs: 100 },
  ])('$why', ({ step, seconds, progress, epochs }) => {
    expect(progressOf(timed, step, seconds)).toBe(progress);
    expect(expectedEpochs(timed, step, seconds)).toBe(epochs);
  });

  it('has nothing to do with time where there is no limit', () => {
    expect(progressOf({ epochs: 10, stepsPerEpoch: 10 }, 25, 1e9)).toBe(0.25);
  });

  it('says how long it will take, once it knows its pace', () => {
    const counted = { epochs: 100, stepsPerEpoch: 10 };
    expect(secondsLeft(counted, 0, { trainedSeconds: 0 })).toBeUndefined();
    expect(secondsLeft(counted, 1, { trainedSeconds: 30 })).toBeUndefined();
    expect(secondsLeft(counted, 100, { trainedSeconds: 150 })).toBeCloseTo(1350);
    expect(secondsLeft(timed, 1, { trainedSeconds: 30 })).toBe(570);
    expect(secondsLeft(timed, 100, { trainedSeconds: 150 })).toBe(450);
    expect(secondsLeft(timed, 500, { trainedSeconds: 150 })).toBeCloseTo(150);
    expect(secondsLeft(timed, 990, { trainedSeconds: 700 })).toBe(0);
  });

  it('counts steps on smaller pictures by their pixels when it says how long it will take', () => {
    const stages = [
      { until: 0.5, scale: 0.5 },
      { until: 0.75, scale: 0.8 },
    ];
    const counted = { epochs: 100, stepsPerEpoch: 10 };
    const work = { before: 0.5 * 0.25, all: 0.5 * 0.25 + 0.25 * 0.64 + 0.25 };
    const left = secondsLeft(counted, 500, { trainedSeconds: 125, stages });
    expect(left).toBeCloseTo((125 * (work.all - work.before)) / work.before);
  });

  it('does not say how many epochs there will be before it knows its pace, where time decides that', () => {
    expect([0, 19, 20].map((step) => isUnsettled(timed, step))).toEqual([true, true, false]);
    expect(isUnsettled({ epochs: 100, stepsPerEpoch: 10 }, 0)).toBe(false);
  });
});

describe('patience', () => {
  it('ends after as many epochs without progress, and an equal value is none', () => {
    let best = betterOf(undefined, { value: 0.1, epoch: 0 });
    best = betterOf(best, { value: 0.3, epoch: 1 });
    best = betterOf(best, { value: 0.3, epoch: 2 });
    best = betterOf(best, { value: Number.NaN, epoch: 3 });
    expect(best).toEqual({ value: 0.3, epoch: 1 });
    expect(isExhausted(best, 3, 3)).toBe(false);
    expect(isExhausted(best, 4, 3)).toBe(true);
    expect(isExhausted(best, 400, undefined)).toBe(false);
    expect(isExhausted(undefined, 400, 1)).toBe(false);
  });
});

describe('the guard', () => {
  const report = (box: number) => ({ step: 7, parts: { box, objectness: 1 }, pictures: ['a.jpg', 'b.jpg'] });

  it('lets sound steps pass', () => {
    const guard = new Guard();
    expect(guard.inspect(report(3.5))).toBeUndefined();
    expect(guard.rateFactor).toBe(1);
  });

  it('takes a step back, halves the rate, and names the part and the pictures', () => {
    const guard = new Guard();
    expect(guard.inspect(report(Number.NaN))).toEqual({
      step: 7,
      parts: ['box NaN'],
      pictures: ['a.jpg', 'b.jpg'],
      rateFactor: 0.5,
    });
    expect(guard.inspect(report(Number.POSITIVE_INFINITY))).toMatchObject({
      parts: ['box Infinity'],
      rateFactor: 0.25,
    });
  });

  it('gives up after three, and remembers them over a resume', () => {
    const guard = new Guard(MAX_ROLLBACKS - 1);
    expect(guard.inspect(report(Number.NaN))).toBeDefined();
    expect(() => guard.inspect(report(Number.NaN))).toThrow(
      /gave up at step 7: box NaN after 3 rollbacks.*a\.jpg, b\.jpg/,
    );
  });
});
