import type { Detection } from '#core/detection.js';
import type { Size } from '#core/size.js';
import { type Colour, colourOf } from '#vision/colours.js';
import { labelTexts } from './label-text.js';
import { CLEAR, type LabelPlace, placeLabel, type Rect } from './place-label.js';
import type { Style } from './style.js';

/** What is drawn into a picture, in the order it is drawn. Lengths in px of the picture, integers. */
export type Mark = BoxMark | DotMark | LabelMark;

/** The line runs inside of the rectangle. */
export interface BoxMark extends Rect {
  readonly kind: 'box';
  readonly thickness: number;
  readonly colour: Colour;
}

export interface DotMark {
  readonly kind: 'dot';
  /** Centre. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly colour: Colour;
}

export interface LabelMark extends Rect {
  readonly kind: 'label';
  readonly text: string;
  readonly colour: Colour;
}

export interface LayoutOptions {
  readonly size: Size;
  readonly style: Style;
  /** Size of a label's chip, even. */
  readonly measure: (text: string) => Size;
}

/** Landmarks that the model itself thinks hidden are not drawn. */
const SHOWN_VISIBILITY = 0.3;

/**
 * What to draw for a picture's detections: boxes, then landmarks, then labels; within each kind the best score last, on
 * top. All rectangles lie inside the picture, on even coordinates (the last row and column of odd sides excepted).
 */
export function marksOf(
  detections: readonly (Detection & { readonly trackId?: number })[],
  options: LayoutOptions,
): Mark[] {
  const { size, style } = options;
  const boxes: BoxMark[] = [];
  const dots: DotMark[] = [];
  const labels: LabelMark[] = [];
  const best = [...detections].sort((a, b) => b.score - a.score);
  const rects = best.map(({ box }) => snapped(box, size));
  for (const [index, detection] of best.entries()) {
    const colour = colourOf(detection.label);
    const rect = rects[index]!;
    const others = rects.filter((other) => other !== rect);
    const thickness = Math.min(style.thickness, Math.max(2, evenBelow((rect.right - rect.left) / 3)));
    boxes.push({ kind: 'box', ...rect, thickness, colour });
    const label = clearest(labelTexts(detection), options, { box: rect, taken: labels, others });
    if (label) labels.push({ kind: 'label', ...label.place.rect, text: label.text, colour });
    for (const [x, y, visibility] of detection.landmarks ?? []) {
      const inside = x >= 0 && y >= 0 && x < size.width && y < size.height;
      if (!inside || visibility < SHOWN_VISIBILITY) continue;
      dots.push({ kind: 'dot', x: Math.round(x), y: Math.round(y), radius: style.dotRadius, colour });
    }
  }
  return [...boxes.reverse(), ...dots.reverse(), ...labels.reverse()];
}

/** The most complete text that hides little, or else the one that hides the least. Undefined where none can be read. */
function clearest(
  texts: readonly string[],
  { size, measure }: LayoutOptions,
  { box, taken, others }: { readonly box: Rect; readonly taken: readonly Rect[]; readonly others: readonly Rect[] },
): { readonly text: string; readonly place: LabelPlace } | undefined {
  const { width, height } = measure(texts[0]!);
  const near = ({ left, top, right, bottom }: Rect) =>
    left < box.right + width && right > box.left - width && top < box.bottom + height && bottom > box.top - height;
  const around = { box, taken: taken.filter(near), others: others.filter(near) };
  let best: { readonly text: string; readonly place: LabelPlace } | undefined;
  for (const whole of texts) {
    const text = fitted(whole, size.width, measure);
    const place = placeLabel({ ...around, chip: measure(text), size });
    if (place && (best === undefined || place.cost < best.place.cost)) best = { text, place };
    if (best && best.place.cost <= CLEAR) break;
  }
  return best;
}

/** A box on even coordinates that encloses it, inside the picture, at least 2 px wide and high where there is room. */
function snapped([x1, y1, x2, y2]: Detection['box'], { width, height }: Size): Rect {
  const [left, right] = span(x1, x2, width);
  const [top, bottom] = span(y1, y2, height);
  return { left, top, right, bottom };
}

function span(low: number, high: number, limit: number): [number, number] {
  const from = Math.max(0, Math.min(evenBelow(low), evenBelow(limit - 1)));
  const to = Math.min(limit, Math.max(from + 2, 2 * Math.ceil(high / 2)));
  return [from, to];
}

function evenBelow(value: number): number {
  return 2 * Math.floor(value / 2);
}

/** A text shortened until its chip is no wider than the picture. */
function fitted(text: string, width: number, measure: (text: string) => Size): string {
  let shown = text;
  while (measure(shown).width > width && shown.length > 1) shown = `${shown.slice(0, -2).trimEnd()}…`;
  return shown;
}
