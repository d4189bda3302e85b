import type { Size } from '#core/size.js';

export interface GridShape {
  readonly columns: number;
  /** Of one tile, CSS px. */
  readonly width: number;
}

/** Below a picture: name and state, CSS px. */
export const CAPTION_PX = 44;
const PICTURE_RATIO = 16 / 9;
const LEAST_WIDTH = 300;

/**
 * The largest tiles with which all cameras fit into an area without scrolling; where they would become too small, as many
 * columns as go, and the page scrolls.
 */
export function gridShape(count: number, area: Size, gap: number): GridShape {
  const most = Math.max(1, Math.floor((area.width + gap) / (LEAST_WIDTH + gap)));
  const column = (columns: number) => (area.width - gap * (columns - 1)) / columns;
  let best: GridShape = { columns: 1, width: 0 };
  for (let columns = 1; columns <= Math.min(most, Math.max(1, count)); columns += 1) {
    const rows = Math.ceil(count / columns);
    const height = (area.height - gap * (rows - 1)) / rows - CAPTION_PX;
    const width = Math.min(column(columns), height * PICTURE_RATIO);
    if (width > best.width) best = { columns, width };
  }
  const scrolling = Math.min(most, Math.max(1, count));
  return best.width >= Math.min(LEAST_WIDTH, area.width) ? best : { columns: scrolling, width: column(scrolling) };
}
