import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { SourceError } from '#core/source-error.js';
import { causeOf, isWorthALine, wordsOf } from '#pipeline/live/fault.js';
import { type Arrival, FrameLedger } from '#pipeline/live/frame-ledger.js';
import { LagGuard } from '#pipeline/live/lag-guard.js';
import { ObservationJoin } from '#pipeline/live/observation-join.js';
import { PictureCheck } from '#pipeline/live/picture-check.js';
import { PictureGroup } from '#pipeline/live/picture-group.js';
import { RateMeter } from '#pipeline/live/rate-meter.js';
import { letterbox } from '#vision/letterbox.js';

const size = { width: 64, height: 32 };

function arrival(seq: number, pts: number): Arrival {
  return { seq, pts, capturedAt: 0, arrivedAt: 0, begunAt: 0, size, decodable: true };
}

describe('the ledger of frames', () => {
  function ledger() {
    const matched: string[] = [];
    const passed: number[] = [];
    const book = new FrameLedger<string>(
      (frame, { seq }) => matched.push(`${frame}${seq}`),
      ({ seq }) => passed.push(seq),
    );
    return { book, matched, passed };
  }

  it('joins a frame to the packet of its time, whichever comes first', () => {
    const { book, matched } = ledger();
    book.arrived(arrival(0, 0));
    book.decoded('a', 0);
    book.decoded('b', 0.04);
    expect(matched).toEqual(['a0']);
    book.arrived(arrival(1, 0.04));
    expect(matched).toEqual(['a0', 'b1']);
  });

  it('tells of packets that gave no frame once a later one did', () => {
    const { book, passed } = ledger();
    for (const seq of [0, 1, 2]) book.arrived(arrival(seq, seq / 25));
    book.decoded('c', 2 / 25);
    expect(passed).toEqual([0, 1]);
  });

  it('knows packets that come out of order, as with B frames', () => {
    const { book, matched, passed } = ledger();
    for (const [seq, pts] of [0, 3, 1, 2].entries()) book.arrived(arrival(seq, pts));
    for (const pts of [0, 1, 2, 3]) book.decoded('f', pts);
    expect(matched).toEqual(['f0', 'f2', 'f3', 'f1']);
    expect(passed).toEqual([]);
  });

  it('takes microseconds of rounding for the same time, and nothing more', () => {
    const { book, matched } = ledger();
    book.arrived(arrival(0, 0.04));
    book.decoded('a', 0.040_001);
    book.arrived(arrival(1, 0.08));
    book.decoded('b', 0.080_01);
    expect(matched).toEqual(['a0']);
    expect(book.drain()).toEqual(['b']);
  });

  it('does not grow when no frame ever comes', () => {
    const { book, passed } = ledger();
    for (let seq = 0; seq < 3000; seq += 1) book.arrived(arrival(seq, seq));
    expect(passed).toHaveLength(3000 - 1024);
  });
});

describe('a look at a picture', () => {
  const fitted = letterbox({ source: size, input: { width: 64, height: 64 }, fit: 'letterbox' });
  const noise = (seed: number): Uint8Array => {
    const random = new Random(seed);
    return Uint8Array.from({ length: 3 * 64 * 64 }, () => Math.floor(random.between(0, 256)));
  };
  const flat = (value: number, spread = 0): Uint8Array =>
    Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => value + (spread ? i % (spread + 1) : 0));

  it.each([
    ['black', flat(0), 'blank'],
    ['grey', flat(128), 'blank'],
    ['grey that hardly varies', flat(128, 3), 'blank'],
    ['dark with noise', flat(10, 6), 'fine'],
    ['a picture', noise(1), 'fine'],
  ])('judges %s', (_, data, verdict) => {
    expect(new PictureCheck(0).look(data, fitted, 0)).toBe(verdict);
  });

  it('ignores the padding', () => {
    const data = flat(0);
    data.fill(114, 64 * 64, 64 * 64 + 64 * 8); // above the picture
    expect(new PictureCheck(0).look(data, fitted, 0)).toBe('blank');
  });

  it('calls a picture frozen that has not changed for the whole time', () => {
    const check = new PictureCheck(1000);
    const verdicts = [0, 999, 1000].map((now) => check.look(noise(1), fitted, now));
    expect(verdicts).toEqual(['fine', 'fine', 'frozen']);
    expect(check.look(noise(2), fitted, 1500)).toBe('fine');
    expect(check.look(noise(2), fitted, 2499)).toBe('fine');
  });

  it('never calls it so where that is switched off', () => {
    const check = new PictureCheck(0);
    check.look(noise(1), fitted, 0);
    expect(check.look(noise(1), fitted, 1e9)).toBe('fine');
  });
});

describe('the guard against lag', () => {
  /** Feeds frames of a stream that begins at pts 0 and gives the first lag that is told. */
  function told(guard: LagGuard, delays: readonly number[]): number | undefined {
    for (const [second, delay] of delays.entries()) {
      const lag = guard.late(second, second * 1000 + delay);
      if (lag !== undefined) return lag;
    }
    return undefined;
  }

  it.each([
    ['an even stream', [100, 120, 90, 100], undefined],
    ['a lag at the limit', [0, 2000, 2000, 2000, 2000, 2000, 2000], undefined],
    ['a burst that catches up', [0, 5000, 4000, 2500, 1000, 0], undefined],
    ['one that stays behind', [0, 2500, 2500, 2500, 2500, 2500], 2500],
  ])('judges %s', (_, delays, lag) => {
    expect(told(new LagGuard(2000, 3000), delays)).toBe(lag);
  });

  it('does not blame a camera whose clock runs slow by a tenth of a per cent', () => {
    const delays = Array.from({ length: 7200 }, (_, second) => second * 1);
    expect(told(new LagGuard(2000, 3000), delays)).toBeUndefined();
  });

  it('bears any lag where it is switched off', () => {
    expect(told(new LagGuard(0, 0), [0, 1e6, 2e6])).toBeUndefined();
  });
});

describe('pictures and observations', () => {
  const observation = (pts: number) => ({ stamp: { source: 's', seq: 0, pts, size }, detections: [] });

  function join() {
    const joined: [number, number][] = [];
    return { joined, desk: new ObservationJoin((jpeg, { stamp }) => joined.push([jpeg[0]!, stamp.pts])) };
  }

  it('meet by their time, whichever comes first', () => {
    const { joined, desk } = join();
    desk.picture(Uint8Array.of(1), 1);
    desk.observation(observation(1));
    desk.observation(observation(2));
    desk.picture(Uint8Array.of(2), 2.000_03);
    expect(joined).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('never meet a wrong partner, and never go back', () => {
    const { joined, desk } = join();
    desk.picture(Uint8Array.of(1), 1);
    desk.picture(Uint8Array.of(2), 1.04);
    desk.observation(observation(1.04));
    desk.observation(observation(1));
    desk.observation(observation(1.02));
    expect(joined).toEqual([[2, 1.04]]);
  });
});

describe('a group of pictures', () => {
  it('begins with a key frame, and is given up when it grows too large', () => {
    const group = new PictureGroup<string>(10);
    group.push('before', 1, false);
    expect(group.items).toEqual([]);
    group.push('key', 5, true);
    group.push('next', 5, false);
    expect(group.items).toEqual(['key', 'next']);
    group.push('too much', 1, false);
    group.push('lost', 1, false);
    expect(group.items).toEqual([]);
    group.push('key 2', 5, true);
    expect(group.items).toEqual(['key 2']);
  });
});

describe('a rate', () => {
  it('is what came per second since it was asked', () => {
    const meter = new RateMeter();
    expect(meter.rate(0)).toBe(0);
    for (let count = 0; count < 25; count += 1) meter.count();
    expect(meter.rate(2000)).toBe(12.5);
    expect(meter.rate(2000)).toBe(0);
  });
});

describe('a fault', () => {
  it('is logged less and less while it lasts, and never for good', () => {
    const day = Array.from({ length: 57_600 }, (_, at) => at + 1).filter(isWorthALine);
    expect(day.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(day.length).toBeLessThan(300);
    expect(day.at(-1)).toBe(57_600);
  });

  it.each([
    [new SourceError('auth', 'cam: wrong password'), 'auth', 'wrong password'],
    [new SourceError('not-video', 'cam: no video'), 'codec', 'no video'],
    [new SourceError('frozen', 'cam: still'), 'frozen', 'still'],
    [undefined, 'ended', 'the source ended'],
    [new Error('rtsp://u:p@cam/1 broke'), 'unknown', 'rtsp://***@cam/1 broke'],
  ])('has a cause and words: %s', (error, cause, words) => {
    expect(causeOf(error)).toBe(cause);
    expect(wordsOf(error, 'cam')).toBe(words);
  });
});
