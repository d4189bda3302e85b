import { distance } from 'fastest-levenshtein';

/** The candidate that was probably meant: the same but for case, dashes and underscores, or nearly the same. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const plain = bare(word);
  const equal = candidates.find((candidate) => bare(candidate) === plain);
  if (equal !== undefined) return equal;
  const allowed = Math.max(1, Math.floor(plain.length / 3));
  let best: string | undefined;
  let fewest = allowed + 1;
  for (const candidate of candidates) {
    const edits = slips(plain, bare(candidate));
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** `did you mean score?`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const candidate = closest(word, candidates);
  return candidate === undefined ? undefined : `did you mean ${candidate}?`;
}

/** Edits between two words; two letters that changed places are one slip, not two. */
function slips(one: string, other: string): number {
  const edits = distance(one, other);
  const sorted = (word: string) => [...word].sort().join('');
  return edits === 2 && one.length === other.length && sorted(one) === sorted(other) ? 1 : edits;
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, '');
}
