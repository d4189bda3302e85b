import { type Axis, axisOf, tickText } from '#vision/plot/axis.js';
import { colourOf, coordinate, escapeMarkup } from './markup.js';

export interface Series {
  readonly name: string;
  readonly x: ArrayLike<number>;
  /** As long as `x`; values that are not finite leave a gap. */
  readonly y: ArrayLike<number>;
  readonly colour?: string;
  /** Drawn stronger, above the others. */
  readonly strong?: boolean;
  readonly dashed?: boolean;
  /** Shown in the legend behind the name. */
  readonly note?: string;
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  readonly xRange?: readonly [low: number, high: number];
  readonly yRange?: readonly [low: number, high: number];
  /** Spots to be marked: best thresholds, the best epoch. */
  readonly marks?: readonly {
    readonly x: number;
    readonly y: number;
    readonly text: string;
    readonly colour?: string;
  }[];
}

const WIDTH = 560;
const HEIGHT = 340;
const LEFT = 62;
const RIGHT = 14;
const TOP = 14;
const BOTTOM = 44;

/** A chart as a figure: SVG that scales with the page, and a legend that brings out one line when pointed at. */
export function lineChart(chart: LineChart): string {
  const { title, xLabel, yLabel, series } = chart;
  const all = (pick: (one: Series) => ArrayLike<number>): number[] => series.flatMap((one) => Array.from(pick(one)));
  const x = axisOf({ values: all((one) => one.x), range: [LEFT, WIDTH - RIGHT], ...ends(chart.xRange) });
  const y = axisOf({ values: all((one) => one.y), range: [HEIGHT - BOTTOM, TOP], ...ends(chart.yRange) });
  const lines = series.map((one, index) => lineOf(one, index, x, y));
  const legend = series.map((one, index) => legendOf(one, index));
  return `<figure class="chart">
<figcaption>${escapeMarkup(title)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeMarkup(title)}">
${gridOf(x, y)}
<text class="label" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escapeMarkup(xLabel)}</text>
<text class="label" transform="translate(13 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escapeMarkup(yLabel)}</text>
${lines.join('\n')}
${(chart.marks ?? []).map((mark) => markOf(mark, x, y)).join('\n')}
</svg>
${series.length > 1 ? `<ul class="legend">${legend.join('')}</ul>` : ''}
</figure>`;
}

function ends(range: readonly [number, number] | undefined): { low?: number; high?: number } {
  return range === undefined ? {} : { low: range[0], high: range[1] };
}

function gridOf(x: Axis, y: Axis): string {
  const columns = x.ticks.map((tick) => {
    const at = coordinate(x.place(tick));
    return `<path class="grid" d="M${at} ${TOP}V${HEIGHT - BOTTOM}"/><text class="tick" x="${at}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${tickText(tick)}</text>`;
  });
  const rows = y.ticks.map((tick) => {
    const at = y.place(tick);
    return `<path class="grid" d="M${LEFT} ${coordinate(at)}H${WIDTH - RIGHT}"/><text class="tick" x="${LEFT - 7}" y="${coordinate(at + 3.5)}" text-anchor="end">${tickText(tick)}</text>`;
  });
  return [...columns, ...rows].join('');
}

function lineOf({ x: xs, y: ys, colour, strong, dashed }: Series, index: number, x: Axis, y: Axis): string {
  let path = '';
  let pen = 'M';
  for (let n = 0; n < xs.length; n++) {
    if (!Number.isFinite(ys[n]!)) {
      pen = 'M';
      continue;
    }
    const clipped = Math.min(y.high, Math.max(y.low, ys[n]!));
    path += `${pen}${coordinate(x.place(xs[n]!))} ${coordinate(y.place(clipped))}`;
    pen = 'L';
  }
  const stroke = strong ? 'var(--ink)' : (colour ?? colourOf(index));
  const style = `stroke:${stroke};stroke-width:${strong ? 2.6 : 1.8}${dashed ? ';stroke-dasharray:5 4' : ''}`;
  return `<path class="line s${index}" d="${path}" style="${style}"/>`;
}

function legendOf({ name, colour, strong, note }: Series, index: number): string {
  const paint = strong ? 'var(--ink)' : (colour ?? colourOf(index));
  const more = note === undefined ? '' : ` <small>${escapeMarkup(note)}</small>`;
  return `<li data-series="${index}" tabindex="0"><i style="background:${paint}"></i>${escapeMarkup(name)}${more}</li>`;
}

function markOf({ x: at, y: value, text, colour }: NonNullable<LineChart['marks']>[number], x: Axis, y: Axis): string {
  const [left, top] = [x.place(at), y.place(value)];
  const anchor = left > WIDTH * 0.7 ? 'end' : 'start';
  return `<circle class="mark" cx="${coordinate(left)}" cy="${coordinate(top)}" r="4" style="stroke:${colour ?? 'var(--ink)'}"/><text class="note" x="${coordinate(left + (anchor === 'end' ? -8 : 8))}" y="${coordinate(Math.max(TOP + 10, top - 8))}" text-anchor="${anchor}">${escapeMarkup(text)}</text>`;
}
