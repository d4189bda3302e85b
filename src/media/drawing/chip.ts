import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Size } from '#core/size.js';
import { type Colour, textColourOn } from '#vision/colours.js';
import { labelFont } from './font.js';

const measuring = createCanvas(1, 1).getContext('2d');

/** Size of a label's chip, both sides even. */
export function chipSize(text: string, fontPx: number): Size {
  measuring.font = labelFont(fontPx);
  const width = measuring.measureText(text).width + 2 * indent(fontPx);
  return { width: 2 * Math.ceil(width / 2), height: 2 * Math.round(fontPx * 0.7) };
}

/** A label: text in black or white, whichever is easier to read, on a plate in the class's colour. */
export function drawChip(text: string, colour: Colour, fontPx: number): Canvas {
  const { width, height } = chipSize(text, fontPx);
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = colour.hex;
  plate(context, width, height, Math.round(fontPx / 5));
  context.font = labelFont(fontPx);
  context.fillStyle = textColourOn(colour).hex;
  context.textBaseline = 'alphabetic';
  // Capitals of Inter are 0.727 em high: their middle goes to the middle of the plate.
  context.fillText(text, indent(fontPx), Math.round((height + 0.727 * fontPx) / 2));
  return canvas;
}

/** A landmark: a disc with a dark rim, `2 * radius` wide rounded up to even. */
export function drawDot(colour: Colour, radius: number): Canvas {
  const side = 2 * Math.ceil(radius);
  const canvas = createCanvas(side, side);
  const context = canvas.getContext('2d');
  disc(context, side / 2, side / 2, '#000000');
  disc(context, side / 2, side / 2 - Math.max(0.75, radius * 0.25), colour.hex);
  return canvas;
}

function plate(context: SKRSContext2D, width: number, height: number, radius: number): void {
  context.beginPath();
  context.roundRect(0, 0, width, height, radius);
  context.fill();
}

function disc(context: SKRSContext2D, centre: number, radius: number, fill: string): void {
  context.fillStyle = fill;
  context.beginPath();
  context.arc(centre, centre, radius, 0, 2 * Math.PI);
  context.fill();
}

function indent(fontPx: number): number {
  return Math.round(fontPx * 0.35);
}
