import { describe, expect, it } from 'vitest';
import { resultNames } from '#pipeline/names.js';

describe('resultNames', () => {
  it.each([
    ['nothing', [], []],
    ['a file', ['clips/street.mp4'], ['street.mp4']],
    ['different files', ['a/x.mp4', 'a/y.mp4'], ['x.mp4', 'y.mp4']],
    ['equal names in two folders', ['a/x.mp4', 'b/x.mp4'], ['a_x.mp4', 'b_x.mp4']],
    ['folders that are equal too', ['p/a/x.mp4', 'q/a/x.mp4'], ['p_a_x.mp4', 'q_a_x.mp4']],
    ['the same file twice', ['x.mp4', 'x.mp4'], ['x.mp4', 'x.mp4-2']],
    ['names that differ in capitals only', ['a/X.mp4', 'b/x.mp4'], ['a_X.mp4', 'b_x.mp4']],
    ['a camera with a password', ['rtsp://me:secret@cam/live/1?token=x'], ['1']],
    ['two cameras', ['rtsp://u:p@one/live', 'rtsp://two/live'], ['one_live', 'two_live']],
    ['characters that files cannot have', ['a:b*c?.mp4'], ['a_b_c_.mp4']],
    ['characters that files can have', ["a/my [clip] é #1 (50%), Lena's.mp4"], ["my [clip] é #1 (50%), Lena's.mp4"]],
    ['nothing usable', ['rtsp://'], ['input']],
  ])('%s', (_reason, paths, names) => {
    expect(resultNames(paths)).toEqual(names);
  });
});
