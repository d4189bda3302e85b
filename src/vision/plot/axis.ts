/** Maps values to px, linearly or by their logarithm. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  place(value: number): number;
}

export interface AxisOptions {
  readonly values: readonly number[];
  /** Ends in px; the first belongs to the lowest value. */
  readonly range: readonly [from: number, to: number];
  /** Fixed ends; absent ones are chosen around the values. */
  readonly low?: number;
  readonly high?: number;
  readonly ticks?: number;
}

/** An axis with round ticks (1, 2 or 5 times a power of ten) around finite values; 0..1 where there are none. */
export function axisOf({ values, range: [from, to], low, high, ticks = 5 }: AxisOptions): Axis {
  const finite = values.filter(Number.isFinite);
  const least = low ?? (finite.length > 0 ? Math.min(...finite) : 0);
  let most = high ?? (finite.length > 0 ? Math.max(...finite) : 1);
  if (!(most > least)) most = least + (Math.abs(least) || 1);
  const step = roundStep((most - least) / ticks);
  const start = low ?? Math.floor(least / step) * step;
  const end = high ?? Math.ceil(most / step - 1e-9) * step;
  const marks: number[] = [];
  for (let n = Math.ceil(start / step - 1e-9); n * step <= end + step * 1e-9; n++) marks.push(n * step);
  return {
    low: start,
    high: end,
    ticks: marks,
    place: (value) => from + ((value - start) / (end - start)) * (to - from),
  };
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  return (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power;
}

/** A tick as text, short and without the noise of binary fractions: `0.2`, `1500`, `2e-5`. */
export function tickText(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6)
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return String(Number(value.toPrecision(6)));
}
