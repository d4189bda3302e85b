import { escapeMarkup } from './markup.js';

export interface HeatMap {
  readonly title: string;
  /** What the rows and the columns stand for. */
  readonly rowsAre: string;
  readonly columnsAre: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `[rows, columns]`, row-major. */
  readonly counts: ArrayLike<number>;
}

const CELL = 46;
const TOP = 96;
const BOTTOM = 30;

/**
 * A matrix of counts as a figure. A cell's shade is its share of its column, so that rare classes are read as easily as
 * frequent ones; the diagonal has another hue than mistakes.
 */
export function heatMap({ title, rowsAre, columnsAre, rows, columns, counts }: HeatMap): string {
  const left = 30 + Math.min(170, 7.2 * Math.max(...rows.map(({ length }) => length)));
  const [width, height] = [left + CELL * columns.length + 12, TOP + CELL * rows.length + BOTTOM];
  const totals = columns.map((_, c) => rows.reduce((sum, _row, r) => sum + counts[r * columns.length + c]!, 0));
  const cells = rows.flatMap((_, r) =>
    columns.map((__, c) => cellOf({ r, c, left, count: counts[r * columns.length + c]!, total: totals[c]! })),
  );
  const rowNames = rows.map(
    (name, r) =>
      `<text class="tick" x="${left - 8}" y="${TOP + (r + 0.5) * CELL + 4}" text-anchor="end">${escapeMarkup(short(name))}</text>`,
  );
  const columnNames = columns.map(
    (name, c) =>
      `<text class="tick" transform="translate(${left + (c + 0.5) * CELL + 3} ${TOP - 8}) rotate(-45)">${escapeMarkup(short(name))}</text>`,
  );
  return `<figure class="chart heat">
<figcaption>${escapeMarkup(title)}</figcaption>
<div class="scroll"><svg viewBox="0 0 ${width} ${height}" style="max-width:${width * 1.15}px;min-width:${Math.min(width, 340)}px" role="img" aria-label="${escapeMarkup(title)}">
${cells.join('')}${rowNames.join('')}${columnNames.join('')}
<text class="label" x="${left + (CELL * columns.length) / 2}" y="${height - 8}" text-anchor="middle">${escapeMarkup(columnsAre)}</text>
<text class="label" transform="translate(13 ${TOP + (CELL * rows.length) / 2}) rotate(-90)" text-anchor="middle">${escapeMarkup(rowsAre)}</text>
</svg></div>
</figure>`;
}

interface Cell {
  readonly r: number;
  readonly c: number;
  readonly left: number;
  readonly count: number;
  readonly total: number;
}

function cellOf({ r, c, left, count, total }: Cell): string {
  const share = total > 0 ? count / total : 0;
  const paint = r === c ? 'var(--right)' : 'var(--wrong)';
  const [x, y] = [left + c * CELL, TOP + r * CELL];
  const text =
    count === 0
      ? ''
      : `<text class="count${share > 0.55 ? ' inverse' : ''}" x="${x + CELL / 2}" y="${y + CELL / 2 + 4}" text-anchor="middle">${count}</text>`;
  return `<rect class="cell" x="${x + 1}" y="${y + 1}" width="${CELL - 2}" height="${CELL - 2}" rx="5"/><rect x="${x + 1}" y="${y + 1}" width="${CELL - 2}" height="${CELL - 2}" rx="5" style="fill:${paint};fill-opacity:${share.toFixed(3)}"><title>${count} (${(100 * share).toFixed(1)} % of the column)</title></rect>${text}`;
}

function short(name: string): string {
  return name.length > 22 ? `${name.slice(0, 21)}…` : name;
}
