/** A fraction of integers, as FFmpeg writes it: `30000/1001`. */
export interface Rational {
  readonly num: number;
  readonly den: number;
}

/** Reads `num/den` or `num:den`; undefined for `N/A`, `0/0` and whatever else has no value above 0. */
export function parseRational(text: string | undefined): Rational | undefined {
  const match = /^(\d+)[/:](\d+)$/.exec(text ?? '');
  if (!match) return undefined;
  const [num, den] = [Number(match[1]), Number(match[2])];
  return num > 0 && den > 0 ? { num, den } : undefined;
}

export function ratioOf({ num, den }: Rational): number {
  return num / den;
}
