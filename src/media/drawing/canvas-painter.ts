import type { SKRSContext2D } from '@napi-rs/canvas';
import { drawChip, drawDot } from './chip.js';
import type { BoxMark, Mark } from './marks.js';

const DARK = 'rgba(0, 0, 0, 0.5)';

/** Draws marks on a canvas: the same look as in a video. */
export function paintOnCanvas(context: SKRSContext2D, marks: readonly Mark[], fontPx: number): void {
  for (const mark of marks) {
    if (mark.kind === 'box') paintBox(context, mark);
    else if (mark.kind === 'label') context.drawImage(drawChip(mark.text, mark.colour, fontPx), mark.left, mark.top);
    else {
      const dot = drawDot(mark.colour, mark.radius);
      context.drawImage(dot, mark.x - dot.width / 2, mark.y - dot.height / 2);
    }
  }
}

function paintBox(context: SKRSContext2D, { left, top, right, bottom, thickness, colour }: BoxMark): void {
  const [width, height] = [right - left, bottom - top];
  const line = Math.min(thickness, width, height);
  context.strokeStyle = DARK;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
  if (width > 2 * line + 1 && height > 2 * line + 1) {
    context.strokeRect(left + line + 0.5, top + line + 0.5, width - 2 * line - 1, height - 2 * line - 1);
  }
  context.fillStyle = colour.hex;
  context.fillRect(left, top, width, line);
  context.fillRect(left, bottom - line, width, line);
  context.fillRect(left, top, line, height);
  context.fillRect(right - line, top, line, height);
}
