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

/** A frame rate as a fraction: the NTSC rates (29.97, 23.976, ...) exactly, others to a thousandth. */
export function frameRate(fps: number): Rational {
  const ntsc = Math.round((fps * 1001) / 1000);
  if (!Number.isInteger(fps) && Math.abs((ntsc * 1000) / 1001 - fps) < 0.002) return { num: ntsc * 1000, den: 1001 };
  const divisor = gcd(Math.round(fps * 1000), 1000);
  return { num: Math.round(fps * 1000) / divisor, den: 1000 / divisor };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
