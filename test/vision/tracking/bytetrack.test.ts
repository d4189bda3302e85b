import { describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import { evaluateTracking } from '#vision/metrics/tracking-evaluation.js';
import { createTracker } from '#vision/tracking/create.js';
import { ReferenceByteTrack } from './reference-bytetrack.js';
import { crowd, detectionOf, evenly, render, stampAt } from './scene.js';

describe('ByteTrack', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 4],
    [5, 4],
    [6, 8],
    [7, 8],
  ])('gives the same ids as the slow reference in a faulty crowd (seed %i, haste %i)', (seed, haste) => {
    const faults = { miss: 0.15, lowScore: 0.15, duplicate: 0.1, twin: 0.05, falseAlarm: 0.4, jitter: 2 };
    const frames = render(crowd(18, seed, 5, haste), evenly(150, 30), faults, seed);
    const tracker = createTracker({ highScore: 0.5, newScore: 0.6, maxLost: 0.5, newOverlap: 1, reach: 0 });
    const reference = new ReferenceByteTrack({ high: 0.5, low: 0.1, fresh: 0.6, maxLostFrames: 15 });
    let compared = 0;
    for (const { detections, stamp } of frames) {
      const mine = tracker.update(detections, stamp).map(({ trackId, box }) => ({ id: trackId, box }));
      const theirs = reference.update(detections);
      compared += theirs.length;
      expect(mine.sort((a, b) => a.id - b.id)).toEqual(theirs.sort((a, b) => a.id - b.id));
    }
    expect(compared).toBeGreaterThan(500);
  });

  it('ends the younger of two tracks in one place, when only one is seen on', () => {
    const tracker = createTracker({ newOverlap: 1 });
    const box = [0, 0, 40, 80] as const;
    const [one, other] = [detectionOf(box), detectionOf([1, 0, 41, 80], 0.8)];
    const ids = [[one], [one, other], [one, other], [one], [one], [one, other], [one, other]].map((seen, i) =>
      tracker.update(seen, stampAt(i, i / 30)).map(({ trackId }) => trackId),
    );
    expect(ids).toEqual([[1], [1], [1, 2], [1], [1], [1], [1, 3]]);
  });

  it.each([
    ['as far as a second box of one object does', [0, 20, 40, 120], 1],
    ['less than that', [0, 60, 40, 160], 2],
    ['as a box of another class', [0, 20, 40, 120], 2, 1],
  ] as [string, Box, number, number?][])(
    'begins no track beside a seen one that it overlaps %s',
    (_, box, count, classId = 0) => {
      const tracker = createTracker();
      const [one, other] = [detectionOf([0, 0, 40, 100]), detectionOf(box, 0.7, classId)];
      const ids = evenly(5, 30).map((t, i) => {
        return tracker.update(i === 0 ? [one] : [one, other], stampAt(i, t)).map(({ trackId }) => trackId);
      });
      expect(ids.at(-1)).toHaveLength(count);
    },
  );

  it('begins the track of a second box once the first is gone from it', () => {
    const tracker = createTracker();
    const near = [detectionOf([0, 0, 40, 100]), detectionOf([0, 20, 40, 120], 0.7)];
    const apart = [detectionOf([0, 0, 40, 100]), detectionOf([60, 20, 100, 120], 0.7)];
    const seen = [near, near, apart, apart].map((list, i) => tracker.update(list, stampAt(i, i / 30)).length);
    expect(seen).toEqual([1, 1, 1, 2]);
  });

  it('begins a track of a label at the score that this label asks for', () => {
    const tracker = createTracker({ highScore: 0.3, newScore: 0.3, newScores: { car: 0.6 }, confirmAfter: 1 });
    const seen = [
      { ...detectionOf([0, 0, 40, 80], 0.5), label: 'person' },
      { ...detectionOf([200, 0, 280, 60], 0.5), label: 'car' },
    ];
    expect(tracker.update(seen, stampAt(0, 0)).map(({ label }) => label)).toEqual(['person']);
    const surer = seen.map((one) => ({ ...one, score: 0.6 }));
    expect(new Set(tracker.update(surer, stampAt(1, 0.1)).map(({ label }) => label))).toContain('person');
    expect(
      tracker
        .update(seen, stampAt(2, 0.2))
        .map(({ label }) => label)
        .sort(),
    ).toEqual(['car', 'person']);
  });

  it('keeps a track through low scores, which SORT loses', () => {
    const walker = { box: [0, 0, 40, 80], speed: [30, 0] } as const;
    const ids = (algorithm: 'bytetrack' | 'sort') => {
      const tracker = createTracker({ algorithm });
      return render([walker], evenly(30, 10)).map(({ detections, stamp }, i) => {
        const faint = i >= 10 && i < 20 ? detections.map((d) => ({ ...d, score: 0.15 })) : detections;
        return tracker.update(faint, stamp).map(({ trackId }) => trackId);
      });
    };
    expect(ids('bytetrack')).toEqual(new Array(30).fill([1]));
    expect(ids('sort').slice(10, 20)).toEqual(new Array(10).fill([]));
  });

  /** Ids of each frame of a thing that is 40 px wide, at 5 frames a second. */
  function idsAt(places: readonly number[], reach?: number): number[][] {
    const tracker = createTracker(reach === undefined ? {} : { reach });
    return places.map((x, i) =>
      tracker.update([detectionOf([x, 0, x + 40, 80])], stampAt(i, i / 5)).map(({ trackId }) => trackId),
    );
  }

  it('follows what is so quick that it leaves its own box between two frames, which overlap alone cannot', () => {
    const quick = Array.from({ length: 10 }, (_, i) => 60 * i);
    expect(idsAt(quick)).toEqual(quick.map(() => [1]));
    expect(idsAt(quick, 0).slice(1)).toEqual(quick.slice(1).map(() => []));
  });

  it('takes nothing that is out of reach for the same: neither too far away nor of another size', () => {
    expect(idsAt([0, 0, 0, 400, 400])).toEqual([[1], [1], [1], [], [2]]);
    const tracker = createTracker();
    const [small, large] = [detectionOf([0, 0, 40, 80]), detectionOf([45, -200, 245, 200])];
    const ids = [small, small, large, large].map((one, i) => tracker.update([one], stampAt(i, i / 5))[0]?.trackId);
    expect(ids).toEqual([1, 1, undefined, 2]);
  });

  it.each([25, 12.5, 5])('keeps the identities of a quick crowd at %d frames a second', (fps) => {
    const faults = { miss: 0.02, lowScore: 0.08, duplicate: 0.05, falseAlarm: 0.02, jitter: 1 };
    const sequences = [1, 2, 3].map((seed) => {
      const tracker = createTracker();
      return render(crowd(10, seed, 8, 3), evenly(8 * fps, fps), faults, seed).map(({ truth, detections, stamp }) => ({
        truth,
        predicted: tracker.update(detections, stamp).map(({ trackId, box }) => ({ id: trackId, box })),
      }));
    });
    const { HOTA, idSwitches } = evaluateTracking(sequences);
    expect(HOTA).toBeGreaterThan(0.92); // 0.81 at 5 frames a second by overlap alone
    expect(idSwitches).toBeLessThanOrEqual(2);
  });

  it.each([
    [0.25, 1],
    [0.249, 0],
  ])('starts a track at score %d: %d', (score, count) => {
    const tracker = createTracker();
    expect(tracker.update([detectionOf([0, 0, 10, 10], score)], stampAt(0, 0))).toHaveLength(count);
  });

  it('never starts a track from a low score, however often it is seen', () => {
    const tracker = createTracker();
    for (let i = 0; i < 20; i++) {
      expect(tracker.update([detectionOf([0, 0, 10, 10], 0.2)], stampAt(i, i / 30))).toEqual([]);
    }
  });

  it('reports a track from its second frame on, and at once in the very first frame', () => {
    const tracker = createTracker();
    const [a, b] = [detectionOf([0, 0, 10, 10]), detectionOf([100, 0, 110, 10])];
    const seen = [[a], [a, b], [a, b]].map((list, i) => tracker.update(list, stampAt(i, i / 30)).length);
    expect(seen).toEqual([1, 1, 2]);
  });
});
