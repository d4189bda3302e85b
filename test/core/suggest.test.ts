import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '#core/suggest.js';

const words = ['right', 'left', 'traffic light', 'score'];

describe('the word that was meant', () => {
  it.each([
    ['the same but for case and dashes', 'Traffic Light', 'traffic light'],
    ['one letter too few', 'rigt', 'right'],
    ['two letters that changed places', 'rigth', 'right'],
    ['two letters that changed places in a short word', 'lfet', 'left'],
    ['two letters of five that are others', 'rinks', undefined],
    ['another word', 'person', undefined],
    ['nothing', '', undefined],
  ])('is found by %s', (_, word, meant) => expect(closest(word, words)).toBe(meant));

  it('is asked for', () => {
    expect(didYouMean('scor', words)).toBe('did you mean score?');
    expect(didYouMean('person', words)).toBeUndefined();
    expect(didYouMean('person', [])).toBeUndefined();
  });
});
