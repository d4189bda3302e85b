import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAMERA_STATES, FAULT_CAUSES } from '#core/camera.js';
import type { CameraRecord } from '#core/message.js';
import type { DetectionRecord } from '#core/record.js';
import { capacityWords } from '../../src/web/state/capacity.js';
import { Figures } from '../../src/web/state/figures.js';
import { countByLabel, passes } from '../../src/web/state/filter.js';
import { gridShape } from '../../src/web/state/grid-shape.js';
import { DEFAULTS, readSettings } from '../../src/web/state/settings.js';
import { Announcer, counted, sentence } from '../../src/web/state/summary.js';
import { readQuery, writeQuery } from '../../src/web/state/url-state.js';
import { duration, stateWords } from '../../src/web/state/words.js';

const thing = (label: string, score = 0.5): DetectionRecord => ({ label, class_id: 0, score, box: [0, 0, 1, 1] });

describe('the filter', () => {
  it.each([
    ['above the threshold', 'car', 0.51, true],
    ['exactly at it', 'car', 0.5, true],
    ['below it', 'car', 0.4999, false],
    ['hidden, however sure', 'dog', 1, false],
  ])('passes what is %s: %s %f', (_, label, score, expected) => {
    expect(passes(thing(label, score), { threshold: 0.5, hidden: new Set(['dog']) })).toBe(expected);
  });

  it('counts by label, most frequent first, then by name', () => {
    expect(countByLabel([])).toEqual([]);
    const counts = countByLabel(['dog', 'car', 'bus', 'car'].map((label) => thing(label)));
    expect(counts).toEqual([
      ['car', 2],
      ['bus', 1],
      ['dog', 1],
    ]);
  });
});

describe('the summary for the ear', () => {
  it.each([
    [1, 'person', '1 person'],
    [2, 'person', '2 persons'],
    [2, 'car', '2 cars'],
    [3, 'bus', '3 buses'],
    [2, 'couch', '2 couches'],
    [2, 'baby', '2 babies'],
    [2, 'toy', '2 toys'],
    [2, 'sheep', '2 sheep'],
    [2, 'knife', '2 knives'],
    [0, 'car', '0 cars'],
  ])('says %i %s as %s', (count, label, expected) => {
    expect(counted(count, label)).toBe(expected);
  });

  it('says what a camera shows in one sentence', () => {
    expect(
      sentence('gate', [
        ['person', 2],
        ['car', 1],
      ]),
    ).toBe('gate: 2 persons, 1 car');
    expect(sentence('gate', [])).toBe('gate: nothing');
  });

  it('is read out once it has settled, not for every change, and never twice', () => {
    const announcer = new Announcer({ settleMs: 1000, everyMs: 5000 });
    const said = (text: string, at: number) => announcer.take(text, at);
    expect(said('one', 0)).toBeUndefined();
    expect(said('two', 900)).toBeUndefined();
    expect(said('two', 1800)).toBeUndefined();
    expect(said('two', 1900)).toBe('two');
    expect(said('two', 9000)).toBeUndefined();
    expect(said('three', 9001)).toBeUndefined();
    expect(said('three', 10_001)).toBe('three');
    expect(said('four', 10_002)).toBeUndefined();
    expect(said('four', 14_000)).toBeUndefined();
    expect(said('four', 15_001)).toBe('four');
  });
});

describe('the address', () => {
  it.each([
    ['', {}],
    ['?camera=Front+gate', { camera: 'Front gate' }],
    ['?camera=', {}],
    ['?threshold=0.4&hide=car&hide=dog', { threshold: 0.4, hidden: ['car', 'dog'] }],
    ['?threshold=nonsense', { threshold: 0 }],
    ['?threshold=7', { threshold: 0 }],
    ['?hide=', { hidden: [] }],
  ])('%s says %j', (query, expected) => {
    expect(readQuery(query)).toEqual(expected);
  });

  it('leaves out what is as always', () => {
    expect(writeQuery({}, DEFAULTS)).toBe('');
  });

  it('comes back as it was', () => {
    const label = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(label, fc.integer({ min: 0, max: 99 }), fc.array(label), (camera, percent, hidden) => {
        const query = writeQuery({ camera }, { ...DEFAULTS, threshold: percent / 100, hidden });
        const read = readQuery(query);
        expect([read.camera, read.threshold ?? 0, read.hidden ?? []]).toEqual([camera, percent / 100, hidden]);
      }),
    );
  });
});

describe('what the machine carries', () => {
  const rate = (fps: number, cameras: number) => ({ fps, cameras });

  it.each([
    [[], '96 pictures a second'],
    [[rate(25, 1)], '96 pictures a second: 1 camera at 25'],
    [[rate(5, 19), rate(10, 9), rate(25, 3)], '96 pictures a second: 19 cameras at 5, 9 at 10 or 3 at 25'],
    [[rate(5, 0), rate(10, 0)], '96 pictures a second: 0 cameras at 5 or 0 at 10'],
  ])('%j is said in words', (cameras, words) => {
    expect(capacityWords({ frames_per_second: 96.4, cameras })).toBe(words);
  });
});

describe('the settings', () => {
  it('are the usual ones when nothing is kept', () => {
    for (const nothing of [undefined, null, 'x', 7, [], {}]) expect(readSettings(nothing)).toEqual(DEFAULTS);
  });

  it('survive nonsense key by key', () => {
    expect(readSettings({ threshold: 0.3, hidden: ['car', 7], marks: { ids: false, x: 1 }, pace: 'x' })).toEqual({
      ...DEFAULTS,
      threshold: 0.3,
      hidden: ['car'],
      marks: { ...DEFAULTS.marks, ids: false },
    });
    fc.assert(fc.property(fc.anything(), (value) => void readSettings(value)));
  });

  it('come back as they were', () => {
    const kept = { ...DEFAULTS, threshold: 0.25, hidden: ['dog'], pace: 'smooth', theme: 'light' } as const;
    expect(readSettings(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  });
});

describe('the state in words', () => {
  const record = (more: Partial<CameraRecord> = {}): CameraRecord => ({
    ...{ camera: 'gate', epoch: 1, seq: 1, pts: 1, captured_at: 1, source: 'x', state: 'live', message: '', since: 0 },
    ...more,
  });
  const analysis = (state: 'live' | 'reconnecting') => ({ source: 'y', state, message: '' });
  const around = {
    ...{ now: 100_000, receivedAt: 100_000, connected: true, paused: false, watchedSince: 0, lastPaintedAt: 99_990 },
  };

  it.each([
    ['live', {}, {}, 'Live', true],
    ['live at the limit', {}, { lastPaintedAt: 97_000 }, 'Live', true],
    ['live, its second stream away', { analysis: analysis('reconnecting') }, {}, 'Live, no boxes', true],
    ['live, its second stream too', { analysis: analysis('live') }, {}, 'Live', true],
    ['live in name only', {}, { lastPaintedAt: 96_999 }, 'No picture', false],
    ['live, never seen a picture', {}, { lastPaintedAt: undefined }, 'No picture', false],
    ['just asked for', {}, { lastPaintedAt: undefined, watchedSince: 99_000 }, 'Starting', false],
    ['asked for again', {}, { lastPaintedAt: 50_000, watchedSince: 99_000 }, 'Starting', false],
    ['without a server, even with a new picture', {}, { connected: false }, 'Offline', false],
    ['frozen by the viewer', {}, { paused: true }, 'Paused', false],
    ['connecting', { state: 'connecting' }, {}, 'Connecting', false],
    ['reconnecting, with a picture of just now', { state: 'reconnecting' }, {}, 'Reconnecting', false],
    ['paused by the program', { state: 'paused' }, {}, 'Standby', false],
    ['ended', { state: 'ended' }, {}, 'Ended', false],
    ['failed', { state: 'failed', cause: 'codec' }, {}, 'Failed', false],
  ] as const)('%s', (_, more, circumstances, title, fresh) => {
    const words = stateWords(record(more), { ...around, ...circumstances });
    expect([words.title, words.fresh]).toEqual([title, fresh]);
  });

  it('counts down to the next try', () => {
    const waiting = record({ state: 'reconnecting', cause: 'auth', retry_in_ms: 8000, attempts: 4 });
    const detailAt = (now: number) => stateWords(waiting, { ...around, now }).detail;
    expect(detailAt(100_000)).toBe('wrong user name or password, attempt 4; next try in 8 s');
    expect(detailAt(107_500)).toBe('wrong user name or password, attempt 4; next try in 1 s');
    expect(detailAt(108_000)).toBe('wrong user name or password, attempt 4; trying now');
  });

  it('has words for every state and cause', () => {
    for (const state of CAMERA_STATES) expect(stateWords(record({ state }), around).title).not.toBe('');
    for (const cause of FAULT_CAUSES)
      expect(stateWords(record({ state: 'failed', cause }), around).detail).not.toBe('');
  });

  it.each([
    [-5, '0 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [172_800_000, '2 d'],
  ])('%i ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe('the figures', () => {
  it('measure the rate of the last two seconds and the median delay', () => {
    const figures = new Figures();
    expect([figures.fps(0), figures.latencyMs, figures.lastPaintedAt]).toEqual([0, undefined, undefined]);
    for (let i = 0; i < 100; i += 1) figures.painted(i * 40, i === 70 ? 9000 : 100);
    expect(figures.fps(3960)).toBeCloseTo(25, 6);
    expect([figures.latencyMs, figures.lastPaintedAt]).toEqual([100, 3960]);
    expect(figures.fps(9000)).toBe(0);
  });
});

describe('the grid', () => {
  it.each([
    ['one camera takes all', 1, { width: 1600, height: 944 }, 1],
    ['two side by side on a wide screen', 2, { width: 1600, height: 900 }, 2],
    ['two on top of each other on a phone', 2, { width: 390, height: 800 }, 1],
    ['four as two by two', 4, { width: 1600, height: 900 }, 2],
    ['nine as three by three', 9, { width: 1600, height: 900 }, 3],
    ['none at all', 0, { width: 1600, height: 900 }, 1],
  ])('%s', (_, count, area, columns) => {
    expect(gridShape(count, area, 16).columns).toBe(columns);
  });

  it('never wastes a larger tile, never leaves the area, and scrolls only where tiles became too small', () => {
    const sizes = fc.integer({ min: 320, max: 4000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), sizes, sizes, (count, width, height) => {
        const shape = gridShape(count, { width, height }, 16);
        expect(shape.columns * shape.width + (shape.columns - 1) * 16).toBeLessThanOrEqual(width + 1e-6);
        expect(shape.width).toBeGreaterThanOrEqual(Math.min(300, width) - 1e-6);
      }),
    );
  });
});
