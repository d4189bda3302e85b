/** A colour for drawing. */
export interface Colour {
  /** 0..255 each. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** `#rrggbb`. */
  readonly hex: string;
}

/**
 * Colours that people with and without colour blindness can tell apart and that show on dark and on light pictures
 * (Okabe & Ito 2008, "Color Universal Design", without black).
 */
const PALETTE = {
  orange: fromHex('#e69f00'),
  skyBlue: fromHex('#56b4e9'),
  green: fromHex('#009e73'),
  yellow: fromHex('#f0e442'),
  blue: fromHex('#0072b2'),
  vermilion: fromHex('#d55e00'),
  purple: fromHex('#cc79a7'),
} as const;

/** Labels that are often seen together have colours of their own. */
const KNOWN: ReadonlyMap<string, Colour> = new Map([
  ['person', PALETTE.orange],
  ['face', PALETTE.yellow],
  ['bicycle', PALETTE.green],
  ['car', PALETTE.skyBlue],
  ['motorcycle', PALETTE.purple],
  ['motorbike', PALETTE.purple],
  ['bus', PALETTE.blue],
  ['truck', PALETTE.vermilion],
  ['dog', PALETTE.yellow],
  ['cat', PALETTE.purple],
]);

const COLOURS = Object.values(PALETTE);
const BLACK: Colour = fromHex('#000000');
const WHITE: Colour = fromHex('#ffffff');

/**
 * The colour of a label: the same for the same label, in every run, picture and browser. Labels may share one.
 * @example colourOf('person').hex // '#e69f00'
 */
export function colourOf(label: string): Colour {
  return KNOWN.get(label.toLowerCase()) ?? COLOURS[hash(label) % COLOURS.length];
}

/** Black or white, whichever is easier to read on a colour (contrast ratio of WCAG 2.2). */
export function textColourOn(colour: Colour): Colour {
  const luminance = luminanceOf(colour);
  return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? WHITE : BLACK;
}

/** Contrast ratio of two colours, 1..21 (WCAG 2.2, "contrast ratio"). */
export function contrast(a: Colour, b: Colour): number {
  const [dark, light] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function fromHex(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return { red: value >> 16, green: (value >> 8) & 255, blue: value & 255, hex };
}

/** Relative luminance, 0..1 (WCAG 2.2). */
function luminanceOf({ red, green, blue }: Colour): number {
  const [r, g, b] = [red, green, blue].map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** FNV-1a of the UTF-16 code units, 32 bits, with a final mix so that short labels spread over small remainders. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}
