import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import type { Arrival } from '#pipeline/live/frame-ledger.js';
import { StreamClocks } from '#pipeline/live/stream-clocks.js';

const size = { width: 64, height: 32 };

/** A camera that runs for `seconds`: what it made at which moment, which is what frames and pictures are called. */
interface Scene {
  readonly seconds: number;
  /** Rates and clocks of the two streams: what each shows at moment 0, and the least time on the way, ms. */
  readonly first: { readonly fps: number; readonly zero: number; readonly way: number };
  readonly second: { readonly fps: number; readonly zero: number; readonly way: number };
  /** Most time on the way beyond the least, ms. */
  readonly jitter: number;
}

/** @returns by how much the moments of frames and their pictures differ, seconds, and how many frames had no place */
function run({ seconds, first, second, jitter }: Scene): { apart: number[]; passed: number } {
  const random = new Random(7);
  const apart: number[] = [];
  let passed = 0;
  const clocks = new StreamClocks<number>({
    placed: (moment, { pts }) => apart.push(pts - first.zero - moment),
    passed: () => {
      passed += 1;
    },
  });
  const streams = [first, second].flatMap((stream, which) => {
    let before = 0;
    return Array.from({ length: seconds * stream.fps }, (_, seq) => {
      const moment = seq / stream.fps;
      const late = random.float() < 0.2 ? 0 : random.float() * jitter;
      before = Math.max(before, 1000 * moment + stream.way + late); // nothing overtakes within a stream
      return { which, seq, moment, pts: stream.zero + moment, arrivedAt: before };
    });
  });
  for (const { which, seq, moment, pts, arrivedAt } of streams.sort((a, b) => a.arrivedAt - b.arrivedAt)) {
    if (which === 0) clocks.picture(arrival(seq, pts, arrivedAt));
    else {
      clocks.packet({ pts, arrivedAt, begunAt: arrivedAt });
      clocks.frame(moment, pts, arrivedAt);
    }
  }
  return { apart, passed };
}

function arrival(seq: number, pts: number, arrivedAt: number): Arrival {
  return { seq, pts, arrivedAt, begunAt: arrivedAt, capturedAt: 0, size, decodable: true };
}

describe('frames of a second stream', () => {
  it.each([
    ['the same clock', { first: [25, 0, 20], second: [25, 0, 20], jitter: 0 }, 0],
    ['clocks that begin elsewhere', { first: [25, 700, 20], second: [25, -3, 20], jitter: 0 }, 0],
    ['half the rate, and a network that jitters', { first: [25, 5, 20], second: [12, 9, 20], jitter: 60 }, 0.02],
    ['a first stream with few pictures', { first: [5, 5, 20], second: [10, 0, 20], jitter: 10 }, 0.1],
    ['a second stream that is 30 ms sooner here', { first: [25, 0, 50], second: [25, 0, 20], jitter: 0 }, 0.04],
  ] as const)('find the picture of their moment: %s', (_, { first, second, jitter }, most) => {
    const of = ([fps, zero, way]: readonly [number, number, number]) => ({ fps, zero, way });
    const { apart } = run({ seconds: 20, first: of(first), second: of(second), jitter });
    expect(apart.length).toBeGreaterThan(15 * Math.min(first[0], second[0]));
    expect(Math.max(...apart.slice(10).map(Math.abs))).toBeLessThanOrEqual(most + 0.004);
  });

  it('are placed once both clocks are known, and never a second time at one picture', () => {
    const { apart, passed } = run({
      ...{ seconds: 10, jitter: 0 },
      first: { fps: 5, zero: 0, way: 10 },
      second: { fps: 25, zero: 0, way: 10 },
    });
    expect(apart.length).toBeLessThanOrEqual(50 - 5);
    expect(passed).toBeGreaterThanOrEqual(25 + 9 * 19);
  });

  it('wait for a picture that is still on its way, the newest one alone', () => {
    const told: string[] = [];
    const clocks = new StreamClocks<string>({
      placed: (frame, { seq }) => told.push(`${frame} at ${seq}`),
      passed: (frame) => told.push(`${frame} passed`),
    });
    for (let seq = 0; seq <= 50; seq += 1) {
      clocks.packet({ pts: seq / 25, arrivedAt: seq * 40, begunAt: seq * 40 });
      if (seq < 48) clocks.picture(arrival(seq, seq / 25, seq * 40));
    }
    clocks.frame('a', 48 / 25, 1920);
    clocks.frame('b', 49 / 25, 1960);
    expect(told).toEqual(['a passed']);
    clocks.picture(arrival(48, 48 / 25, 1970));
    expect(told).toEqual(['a passed']);
    clocks.picture(arrival(49, 49 / 25, 1980));
    expect(told).toEqual(['a passed', 'b at 49']);
  });

  it('have no place after the first stream came back until its new clock is known', () => {
    const told: string[] = [];
    const clocks = new StreamClocks<string>({
      placed: (frame) => told.push(frame),
      passed: (frame) => told.push(`${frame} passed`),
    });
    for (let seq = 0; seq <= 50; seq += 1) {
      clocks.packet({ pts: seq / 25, arrivedAt: seq * 40, begunAt: seq * 40 });
      clocks.picture(arrival(seq, seq / 25, seq * 40));
    }
    clocks.firstConnected();
    clocks.picture(arrival(0, 0, 2040));
    clocks.frame('a', 51 / 25, 2040);
    expect(told).toEqual(['a passed']);
    expect(clocks.offset).toBeCloseTo(-2.04, 6);
  });
});
