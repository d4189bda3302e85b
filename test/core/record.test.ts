import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import type { Observation } from '#core/observation.js';
import { fromRecord } from '#core/read-record.js';
import { toRecord } from '#core/record.js';

const person = { label: 'person', classId: 0, score: 0.8719, box: [1.006, 2, 3.999, 4.1] } as const;
const file: Observation = {
  stamp: { source: 'street.mp4', seq: 41, pts: 1.64, size: { width: 1920, height: 1080 } },
  detections: [person],
};
const live: Observation = {
  stamp: { ...file.stamp, camera: 'gate', epoch: 1, capturedAt: 1795446000123.4 },
  detections: [{ ...person, trackId: 7, age: 3, state: 'confirmed', landmarks: [[1.234, 5.678, 1]] }],
};

describe('the record of an observation', () => {
  it('leaves out the keys that do not apply, in a fixed order', () => {
    expect(JSON.stringify(toRecord(file))).toBe(
      '{"source":"street.mp4","seq":41,"pts":1.64,"frame":{"width":1920,"height":1080},"detections":' +
        '[{"label":"person","class_id":0,"score":0.8719,"box":[1.01,2,4,4.1]}]}',
    );
  });

  it('holds camera, epoch, time, track and landmarks where there are any', () => {
    expect(JSON.stringify(toRecord(live))).toBe(
      '{"source":"street.mp4","camera":"gate","epoch":1,"seq":41,"pts":1.64,"captured_at":1795446000123,' +
        '"frame":{"width":1920,"height":1080},"detections":[{"label":"person","class_id":0,"score":0.8719,' +
        '"box":[1.01,2,4,4.1],"track_id":7,"landmarks":[[1.23,5.68,1]]}]}',
    );
  });

  it('writes frames without detections', () => {
    expect(toRecord({ ...file, detections: [] }).detections).toEqual([]);
  });

  it('does not depend on the order in which an object was built', () => {
    const backwards = Object.fromEntries(Object.entries(live.stamp).reverse()) as unknown as typeof live.stamp;
    const turned = { ...live, stamp: backwards };
    expect(JSON.stringify(toRecord(turned))).toBe(JSON.stringify(toRecord(live)));
  });

  it('never writes -0, and refuses what JSON cannot hold', () => {
    const at = (x: number) => toRecord({ ...file, detections: [{ ...person, box: [x, 0, 1, 1] }] });
    expect(Object.is(at(-0.001).detections[0]!.box[0], 0)).toBe(true);
    expect(() => at(Number.NaN)).toThrow(RangeError);
    expect(() => at(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  });

  it('survives a round trip through text unchanged', () => {
    const coordinate = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    const detection = fc.record(
      {
        label: fc.string(),
        classId: fc.nat(),
        score: fc.double({ min: 0, max: 1, noNaN: true }),
        box: fc.tuple(coordinate, coordinate, coordinate, coordinate),
        trackId: fc.integer({ min: 1 }),
        landmarks: fc.array(fc.tuple(coordinate, coordinate, coordinate)),
      },
      { requiredKeys: ['label', 'classId', 'score', 'box'] },
    );
    const stamp = fc.record(
      {
        source: fc.string(),
        camera: fc.string(),
        epoch: fc.nat(),
        seq: fc.nat(),
        pts: fc.double({ min: 0, max: 1e6, noNaN: true }),
        capturedAt: fc.double({ min: 0, max: 2e12, noNaN: true }),
        size: fc.record({ width: fc.integer({ min: 1 }), height: fc.integer({ min: 1 }) }),
      },
      { requiredKeys: ['source', 'seq', 'pts', 'size'] },
    );
    const observation = fc.record({ stamp, detections: fc.array(detection, { maxLength: 4 }) });
    fc.assert(
      fc.property(observation, (seen) => {
        const line = JSON.stringify(toRecord(seen));
        expect(JSON.stringify(toRecord(fromRecord(JSON.parse(line))))).toBe(line);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it.each([
    ['no object', null, 'record: expected an object, got null'],
    ['a list', [], 'record: expected an object, got []'],
    ['no frame', { detections: [] }, 'frame: expected an object, got undefined'],
    ['no detections', { frame: {} }, 'detections: expected a list, got undefined'],
    ['a negative seq', { ...toRecord(file), seq: -1 }, 'seq: expected an integer of at least 0, got -1'],
    ['a width of 0', { ...toRecord(file), frame: { width: 0, height: 1 } }, 'frame.width: expected an integer of at'],
    ['pts as text', { ...toRecord(file), pts: '1' }, 'pts: expected a finite number, got "1"'],
    [
      'a short box',
      { ...toRecord(file), detections: [{ ...toRecord(file).detections[0], box: [1, 2, 3] }] },
      'detections[0].box: expected 4 numbers, got [1,2,3]',
    ],
    [
      'track id 0',
      { ...toRecord(file), detections: [{ ...toRecord(file).detections[0], track_id: 0 }] },
      'detections[0].track_id: expected an integer of at least 1, got 0',
    ],
    [
      'landmarks without visibility',
      { ...toRecord(file), detections: [{ ...toRecord(file).detections[0], landmarks: [[1, 2]] }] },
      'detections[0].landmarks[0]: expected 3 numbers',
    ],
  ])('refuses %s by its path', (_, value, message) => {
    expect(() => fromRecord(value)).toThrow(LookoutError);
    expect(() => fromRecord(value)).toThrow(message);
  });
});
