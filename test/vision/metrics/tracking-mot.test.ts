import { describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import { evaluateTracking } from '#vision/metrics/tracking-evaluation.js';
import { motFrames, parseMot } from '#vision/metrics/tracking-mot.js';

describe('MOT text', () => {
  it('is read with and without the columns at its end, with blanks and either line end', () => {
    const { rows, problems } = parseMot(
      '1,2,10,20,30,40\r\n 2, 2, 11.5, 20, 30, 40, 0.9, 1, 0.5\n\n3,2,1,1,1,1,1,-1,-1,-1\n',
    );
    expect(problems).toEqual([]);
    expect(rows).toEqual([
      { frame: 1, id: 2, box: [10, 20, 40, 60], score: 1, classId: -1, visibility: 1 },
      { frame: 2, id: 2, box: [11.5, 20, 41.5, 60], score: 0.9, classId: 1, visibility: 0.5 },
      { frame: 3, id: 2, box: [1, 1, 2, 2], score: 1, classId: -1, visibility: -1 },
    ]);
  });

  it('of nothing has no rows', () => {
    expect(parseMot('')).toEqual({ rows: [], problems: [] });
  });

  it.each([
    ['1,2,3', 'expected at least 6 columns, got 3'],
    ['1,2,3,4,5,x', 'height: expected a number, got "x"'],
    ['1,2,,4,5,6', 'left: expected a number, got ""'],
    ['1,2,Infinity,4,5,6', 'left: expected a number, got "Infinity"'],
    ['0,2,3,4,5,6', 'frame: expected an integer in 1..8640000, got 0'],
    ['1e15,2,3,4,5,6', 'frame: expected an integer in 1..8640000, got 1e15'],
    ['1.5,2,3,4,5,6', 'frame: expected an integer in 1..8640000, got 1.5'],
    ['1,2.5,3,4,5,6', 'id: expected an integer, got 2.5'],
    ['1,2,3,4,-5,6', 'width and height: expected at least 0, got -5 and 6'],
    ['1,1,3,4,5,6', 'id 1 appears twice in frame 1'],
  ])('names line and fault of %s, and keeps the rest', (line, message) => {
    const { rows, problems } = parseMot(`1,1,0,0,5,5\n${line}\n2,1,0,0,5,5`);
    expect(problems).toEqual([{ line: 2, message }]);
    expect(rows).toHaveLength(2);
  });

  const gt = parseMot('1,1,0,0,10,10,1,1,1\n1,2,100,0,10,10,1,7,1\n1,3,200,0,10,10,0,1,1\n1,4,300,0,10,10,1,3,1').rows;
  const result = parseMot('1,5,0,0,10,10\n1,6,100,0,10,10\n1,7,200,0,10,10\n1,8,300,0,10,10').rows;
  it.each([
    ['plain', { truePositives: 3, falsePositives: 1, falseNegatives: 0 }],
    // What is on 3 (marked 0) is neither right nor wrong.
    ['excused', { truePositives: 3, falsePositives: 0, falseNegatives: 0 }],
    // Pedestrian 1 counts, the result on the static person is excused; those on 3 (marked 0) and on the car are false.
    ['MOT17', { truePositives: 1, falsePositives: 2, falseNegatives: 0 }],
  ] as const)('is prepared as %s', (rules, expected) => {
    expect(evaluateTracking([motFrames(gt, result, { rules })])).toMatchObject(expected);
  });

  it('counts frames that nobody names, and refuses rows beyond the end', () => {
    expect(motFrames(gt, result, { frames: 5 })).toHaveLength(5);
    expect(motFrames([], [])).toEqual([]);
    expect(() => motFrames(parseMot('6,1,0,0,1,1').rows, [], { frames: 5 })).toThrow(LookoutError);
  });
});
