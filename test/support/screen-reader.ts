import type { Page } from 'playwright-core';
import sharp from 'sharp';
import type { Size } from '#core/size.js';
import { colourOf } from '#vision/colours.js';
import { COUNTER_BITS, SIDE, squareBox } from './clip.js';

/** What the pixels of one painted screen say. */
export interface Seen {
  /** Number of the frame that is shown, by its bars. */
  readonly counter: number;
  /** Left edge of the drawn box, px of the frame; undefined when no box is to be seen. */
  readonly boxLeft: number | undefined;
}

interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Where the picture is on the screen, CSS px. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

/** The screens that Chromium has really composited, as they come, read pixel by pixel, until there are so many. */
export async function readScreens(page: Page, size: Size, count: number): Promise<Seen[]> {
  const place = await placeOf(page, size);
  const client = await page.context().newCDPSession(page);
  const pictures: string[] = [];
  const enough = new Promise<void>((resolve) => {
    client.on('Page.screencastFrame', ({ data, sessionId }) => {
      pictures.push(data);
      void client.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
      if (pictures.length >= count) resolve();
    });
  });
  await client.send('Page.startScreencast', { format: 'png' });
  await enough;
  await client.send('Page.stopScreencast');
  await client.detach();
  const seen: Seen[] = [];
  for (const picture of pictures) seen.push(readScreen(await rasterOf(Buffer.from(picture, 'base64')), place, size));
  return seen;
}

/** The same, of a picture file that fills the frame. */
export async function readPicture(file: Buffer, size: Size): Promise<Seen> {
  return readScreen(await rasterOf(file), { left: 0, top: 0, scale: 1 }, size);
}

/** How far the drawn box is from the square of the very frame that is shown, px of the frame. */
export function errorOf({ counter, boxLeft }: Seen, size: Size): number {
  return boxLeft === undefined ? Number.POSITIVE_INFINITY : Math.abs(boxLeft - squareBox(counter, size)[0]);
}

async function placeOf(page: Page, { width, height }: Size): Promise<Place> {
  const area = (await page.locator('.stage .screen').boundingBox())!;
  const scale = Math.min(area.width / width, area.height / height);
  return {
    scale,
    left: area.x + (area.width - width * scale) / 2,
    top: area.y + (area.height - height * scale) / 2,
  };
}

async function rasterOf(file: Buffer): Promise<Raster> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function readScreen(raster: Raster, place: Place, size: Size): Seen {
  const at = (x: number, y: number) => pixel(raster, place.left + x * place.scale, place.top + y * place.scale);
  let counter = 0;
  const cell = Math.floor(size.width / COUNTER_BITS);
  for (let bit = 0; bit < COUNTER_BITS; bit += 1) {
    const [red, green, blue] = at((bit + 0.5) * cell, size.height / 16);
    if (red + green + blue > 384) counter += 2 ** bit;
  }
  return { counter, boxLeft: leftOfBox(at, size) };
}

/** Along the middle of the square's way: the two upright lines of the box, in the colour of its class. */
function leftOfBox(at: (x: number, y: number) => [number, number, number], size: Size): number | undefined {
  const { red, green, blue } = colourOf('square');
  const [, top] = squareBox(0, size);
  const columns: number[] = [];
  for (let x = 0; x < size.width; x += 0.5) {
    const [r, g, b] = at(x, top + SIDE / 2);
    if (Math.abs(r - red) + Math.abs(g - green) + Math.abs(b - blue) < 90) columns.push(x);
  }
  const middle = columns.length === 0 ? Number.NaN : (columns[0]! + columns.at(-1)!) / 2;
  return columns.length > 0 && Math.abs(columns.at(-1)! - columns[0]! - SIDE) < 6 ? middle - SIDE / 2 : undefined;
}

function pixel({ data, width, height }: Raster, x: number, y: number): [number, number, number] {
  const column = Math.min(width - 1, Math.max(0, Math.round(x)));
  const row = Math.min(height - 1, Math.max(0, Math.round(y)));
  const at = 3 * (row * width + column);
  return [data[at]!, data[at + 1]!, data[at + 2]!];
}
