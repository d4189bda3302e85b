import type { DetectionRecord } from '#core/record.js';

/** What a label says. */
export interface LabelParts {
  readonly labels: boolean;
  readonly ids: boolean;
  readonly scores: boolean;
}

/** Texts for a detection from the most to the least complete; none when nothing is to be said. */
export function labelTexts({ label, score, track_id }: DetectionRecord, show: LabelParts): string[] {
  const name = show.labels ? label : '';
  const id = show.ids && track_id !== undefined ? `#${track_id}` : '';
  const percent = show.scores ? `${Math.floor(score * 100)}%` : '';
  const forms = [[name, id, percent], [name, id], name === '' ? [id] : [name]];
  const texts = forms.map((parts) => parts.filter((part) => part !== '').join(' '));
  const said = texts.filter((text, i) => text !== '' && texts.indexOf(text) === i);
  return said.length === 0 && percent !== '' ? [percent] : said;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where a label goes: above its box, else below it, else inside at the top; the first place that lies in the area and covers
 * no label before it. Undefined where there is none: two labels on top of each other are no labels.
 */
export function placeLabel(
  box: Rectangle,
  label: { readonly width: number; readonly height: number },
  area: Rectangle,
  taken: readonly Rectangle[],
): Rectangle | undefined {
  const right = area.x + area.width - label.width;
  const x = Math.max(area.x, Math.min(box.x, right));
  const places = [box.y - label.height, box.y + box.height, Math.max(area.y, box.y)].map((y) => ({ ...label, x, y }));
  const inside = places.filter(({ y }) => y >= area.y && y + label.height <= area.y + area.height);
  return inside.find((place) => taken.every((other) => !overlap(place, other)));
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
