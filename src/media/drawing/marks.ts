import type { Detection } from '#core/detection.js';
import type { Size } from '#core/size.js';
import { type Colour, colourOf } from '#vision/colours.js';
import { labelText } from './label-text.js';
import { placeLabel, type Rect } from './place-label.js';
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
  const { size, style, measure } = options;
  const boxes: BoxMark[] = [];
  const dots: DotMark[] = [];
  const labels: LabelMark[] = [];
  const best = [...detections].sort((a, b) => b.score - a.score);
  for (const detection of best) {
    const colour = colourOf(detection.label);
    const rect = snapped(detection.box, size);
    const thickness = Math.min(style.thickness, Math.max(2, evenBelow((rect.right - rect.left) / 3)));
    boxes.push({ kind: 'box', ...rect, thickness, colour });
    const text = fitted(labelText(detection), size.width, measure);
    const place = placeLabel({ box: rect, chip: measure(text), size, taken: labels });
    if (place) labels.push({ kind: 'label', ...place, text, colour });
    for (const [x, y, visibility] of detection.landmarks ?? []) {
      const inside = x >= 0 && y >= 0 && x < size.width && y < size.height;
      if (!inside || visibility < SHOWN_VISIBILITY) continue;
      dots.push({ kind: 'dot', x: Math.round(x), y: Math.round(y), radius: style.dotRadius, colour });
    }
  }
  return [...boxes.reverse(), ...dots.reverse(), ...labels.reverse()];
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
