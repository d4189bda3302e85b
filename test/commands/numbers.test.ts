import { expect, it } from 'vitest';
import { inputSize, positive, positives, whole } from '#commands/numbers.js';

it.each(['', ' ', 'abc', '1.5', '0', '-3', 'Infinity', '2x'])('a count of threads is not %j', (text) => {
  expect(() => whole(1)(text)).toThrow('Expected a whole number of at least 1.');
});

it.each(['', 'abc', '0', '-1', 'Infinity', 'NaN'])('a time in minutes is not %j', (text) => {
  expect(() => positive(text)).toThrow('Expected a number above 0.');
});

it('numbers are read as they are written', () => {
  expect([whole(0)('0'), whole(1)('12'), positive('1.5')]).toEqual([0, 12, 1.5]);
  expect(positives('0.8,0.6')).toEqual([0.8, 0.6]);
  expect(() => positives('0.8,,0.6')).toThrow('Expected a number above 0.');
});

it.each(['', 'x', '416x', 'x256', '416x256x3', '16', '416x16', '9000', '41.6', '-416', ' 416', '416X256'])(
  'an input size is not %j',
  (text) => {
    expect(() => inputSize(text)).toThrow('Expected one number or WIDTHxHEIGHT, px, 32 to 8192.');
  },
);

it('an input size is one number, or width and height', () => {
  expect([inputSize('416'), inputSize('416x256')]).toEqual([416, { width: 416, height: 256 }]);
});
