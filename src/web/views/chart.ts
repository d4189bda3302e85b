import { html, nothing, svg, type TemplateResult } from 'lit-html';
import { type Axis, axisOf, tickText } from '#vision/plot/axis.js';
import type { Curve, Curves } from '../training/curves.js';
import { figure } from '../training/words.js';
import { swatch } from './icons.js';

const WIDTH = 560;
const HEIGHT = 280;
const [LEFT, RIGHT, TOP, BOTTOM] = [72, 16, 14, 34];

/** Epoch that is pointed at, for all charts alike: they are read side by side. */
let pointed: number | undefined;

/** Curves over the epochs, with the values at the epoch that is pointed at, or the last ones. */
export function chart(curves: Curves, redraw: () => void): TemplateResult {
  const { title, lines, low, mark } = curves;
  const epochs = lines.flatMap(({ x }) => x);
  const last = Math.max(2, ...epochs);
  const x = axisOf({ values: epochs, range: [LEFT, WIDTH - RIGHT], low: 1, high: last, ticks: 6 });
  const y = axisOf({
    values: lines.flatMap((line) => line.y),
    range: [HEIGHT - BOTTOM, TOP],
    ...(low !== undefined && { low }),
    ticks: 4,
  });
  const at = pointed === undefined ? last : Math.min(last, Math.max(1, pointed));
  const point = (event: PointerEvent | undefined) => {
    pointed = event && epochAt(event, last);
    redraw();
  };
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="img"
      aria-label="${title}: ${lines.map((line) => `${line.name} ${figure(valueAt(line, last))}`).join(', ')} after epoch ${last}"
      @pointermove=${(event: PointerEvent) => point(event)}
      @pointerleave=${() => point(undefined)}
    >
      ${grid(x, y)} ${pointed === undefined ? nothing : svg`<path class="ruler" d="M${x.place(at)} ${TOP}V${HEIGHT - BOTTOM}"></path>`}
      ${lines.map((line) => svg`<path class="curve" stroke=${line.colour} d=${pathOf(line, x, y)}></path>`)}
      ${lines.map((line) => dot(line, pointed === undefined ? line.x.at(-1) : at, x, y))} ${mark ? spot(mark, x, y) : nothing}
    </svg>
    <ul class="legend" aria-hidden="true">
      ${lines.map((line) => html`<li>${swatch(line.colour)}${line.name} <b>${figure(valueAt(line, at))}</b></li>`)}
      <li class="at">epoch ${at}</li>
    </ul>
  </figure>`;
}

function epochAt({ currentTarget, clientX }: PointerEvent, last: number): number {
  const { left, width } = (currentTarget as SVGElement).getBoundingClientRect();
  const share = (((clientX - left) / width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT);
  return Math.round(1 + share * (last - 1));
}

/** The value at an epoch, or the last one before it. */
function valueAt({ x, y }: Curve, epoch: number): number | undefined {
  return y[x.findLastIndex((each) => each <= epoch)];
}

function grid(x: Axis, y: Axis): TemplateResult[] {
  const columns = x.ticks
    .filter(Number.isInteger)
    .map(
      (tick) =>
        svg`<text class="tick" x=${x.place(tick)} y=${HEIGHT - 8} text-anchor="middle">${tickText(tick)}</text>`,
    );
  const rows = y.ticks.map(
    (tick) => svg`<path class="line" d="M${LEFT} ${y.place(tick)}H${WIDTH - RIGHT}"></path>
      <text class="tick" x=${LEFT - 8} y=${y.place(tick) + 4} text-anchor="end">${tickText(tick)}</text>`,
  );
  return [...rows, ...columns];
}

function pathOf({ x: xs, y: ys }: Curve, x: Axis, y: Axis): string {
  let path = '';
  for (const [index, value] of ys.entries()) {
    const before = ys[index - 1];
    const pen = before === undefined || !Number.isFinite(before) ? 'M' : 'L';
    if (Number.isFinite(value)) path += `${pen}${x.place(xs[index]!).toFixed(1)} ${y.place(value).toFixed(1)}`;
  }
  return path;
}

function dot(line: Curve, epoch: number | undefined, x: Axis, y: Axis): TemplateResult | typeof nothing {
  const value = epoch === undefined ? undefined : valueAt(line, epoch);
  if (epoch === undefined || value === undefined || !Number.isFinite(value)) return nothing;
  return svg`<circle class="dot-mark" r="4" cx=${x.place(epoch)} cy=${y.place(value)} fill=${line.colour}></circle>`;
}

function spot(mark: NonNullable<Curves['mark']>, x: Axis, y: Axis): TemplateResult {
  const [left, top] = [x.place(mark.x), y.place(mark.y)];
  const anchor = left > WIDTH * 0.75 ? 'end' : 'middle';
  return svg`<circle class="spot" r="6.5" cx=${left} cy=${top}></circle>
    <text class="note" x=${left} y=${top + 22} text-anchor=${anchor}>${mark.text}</text>`;
}
