/** Text as it may stand in HTML and SVG, attributes included. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A number for people: `digits` decimals, `–` where there is none (COCO's -1, NaN). */
export function figure(value: number | undefined, digits = 3): string {
  return value === undefined || !Number.isFinite(value) || value === -1 ? '–' : value.toFixed(digits);
}

/** A coordinate in SVG: two decimals are plenty. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

const FEW = [
  '#2f6fed',
  '#e4572e',
  '#17a673',
  '#a855f7',
  '#d99a0b',
  '#0ea5b7',
  '#d6336c',
  '#6b8e23',
  '#8d6e63',
  '#5b5bd6',
];

/** Colours that are told apart on white and on black: ten chosen ones, then steps of the golden angle. */
export function colourOf(index: number): string {
  return FEW[index] ?? `hsl(${Math.round((index * 137.508) % 360)} 62% 52%)`;
}
