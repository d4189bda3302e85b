import type { Random } from '#core/random.js';
import { type Surface, surface } from '../render/material.js';
import type { HairStyle, HeadShape } from './head.js';
import { pickWeighted } from './pick.js';
import { SKIN } from './skin.js';

export type Top = 'shirt' | 't-shirt' | 'jacket' | 'coat' | 'dress';
export type Bottom = 'trousers' | 'shorts' | 'skirt';

/** What makes one person recognisable. */
export interface Outfit {
  /** m */
  readonly height: number;
  /** Width relative to the average. */
  readonly build: number;
  readonly female: boolean;
  readonly top: Top;
  readonly bottom: Bottom;
  readonly stripes: boolean;
  readonly bag: 'none' | 'backpack' | 'handbag' | 'shopping';
  readonly head: HeadShape;
  readonly palette: readonly Surface[];
}

const SKINS = [0xf1c9a8, 0xe6b48c, 0xd9a27a, 0xc48a60, 0xa66f49, 0x865638, 0x6a412a, 0x4c2e1e];
const SKIN_SHARES = [5, 5, 4, 3, 2, 2, 2, 1];
const HAIRS = [0x17120f, 0x2a1c14, 0x3f2a1b, 0x5d4027, 0x8a6236, 0xb68a4e, 0xd0b070, 0x8d8d8c, 0xc9c7c3, 0x6e2f18];
const TOPS = [
  0x1f2937, 0x111316, 0xe9e7e2, 0x3a5a8c, 0x7d1f25, 0x2f5d3a, 0x5f6770, 0xb8b2a4, 0x8a5a2b, 0xc7502f, 0xd9a92b,
  0x4f3a63, 0x20606b, 0xc9d3da, 0x8fa3b5, 0xb0455f, 0x2a2f3a,
];
const BOTTOMS = [0x1b2230, 0x27364f, 0x3a5173, 0x15171a, 0x4a4d50, 0x7c6a50, 0xa8977a, 0x2e3b2c, 0x6f7680];
const SHOES = [0x141414, 0xe5e3de, 0x4a3424, 0x2b3440, 0x7a2a22, 0x8c8f92];
const BAGS = [0x1c1f24, 0x5a3d28, 0x2f4a6a, 0x7a2730, 0x3f4d35, 0xb49a6a];

/** A person as one meets them. `warm`: summer clothes. */
export function randomOutfit(
  random: Random,
  { warm = true, hair }: { readonly warm?: boolean; readonly hair?: HairStyle } = {},
): Outfit {
  const female = random.chance(0.5);
  const child = random.chance(0.08);
  const height = child ? random.between(1.1, 1.45) : (female ? 1.66 : 1.78) + 0.07 * random.normal();
  const top = pickWeighted<Top>(
    ['shirt', 't-shirt', 'jacket', 'coat', 'dress'],
    warm ? [4, 5, 3, 0.4, female ? 2 : 0] : [3, 0.6, 6, 3, female ? 0.7 : 0],
    random,
  );
  const bottom = pickWeighted<Bottom>(['trousers', 'shorts', 'skirt'], [8, warm ? 2 : 0.2, female ? 1.5 : 0], random);
  return {
    height: Math.min(1.98, Math.max(1.05, height)),
    build: Math.min(1.35, Math.max(0.85, 1 + 0.1 * random.normal())),
    female,
    top,
    bottom: top === 'dress' ? 'skirt' : bottom,
    stripes: (top === 't-shirt' || top === 'shirt') && random.chance(0.15),
    bag: pickWeighted(['none', 'backpack', 'handbag', 'shopping'] as const, [6, 2, female ? 2.5 : 0.5, 1], random),
    head: randomHead(random, { female, child, warm, ...(hair && { hair }) }),
    palette: randomPalette(random, { top, bottom }),
  };
}

export function randomHead(
  random: Random,
  options: { female: boolean; child?: boolean; warm?: boolean; hair?: HairStyle },
): HeadShape {
  const { female, child = false, warm = true } = options;
  const styles: HairStyle[] = ['short', 'long', 'bob', 'bun', 'bald', 'cap', 'beanie'];
  const shares = female ? [1.5, 5, 3, 2, 0, 0.5, warm ? 0 : 1] : [8, 0.4, 0.2, 0.1, 1, 1, warm ? 0 : 2];
  const around = (spread: number): number => 1 + spread * Math.max(-2, Math.min(2, random.normal()));
  return {
    width: around(0.035),
    jaw: around(0.1) * (female ? 0.85 : 1.1),
    nose: around(0.2),
    lips: around(0.2) * (female ? 1.2 : 0.9),
    brow: female ? 0.4 : 1,
    hairline: random.chance(female ? 0 : 0.25) ? 0.6 : random.between(-0.2, 0.3),
    hair: options.hair ?? pickWeighted(styles, shares, random),
    beard: !female && !child && random.chance(0.25),
  };
}

function randomPalette(random: Random, { top, bottom }: { top: Top; bottom: Bottom }): Surface[] {
  const skin = pickWeighted(SKINS, SKIN_SHARES, random);
  const hair = skin < 0x900000 || random.chance(0.3) ? HAIRS[random.below(3)]! : random.pick(HAIRS);
  const main = varied(random.pick(TOPS), random);
  const legs = varied(random.pick(BOTTOMS), random);
  const dark = (rgb: number, share: number): number => blend(rgb, 0x000000, share);
  const palette: Surface[] = [];
  palette[SKIN.skin] = surface(skin, 'skin');
  palette[SKIN.top] = surface(main, 'cloth');
  palette[SKIN.sleeve] = surface(
    top === 't-shirt' || top === 'dress' ? skin : main,
    top === 't-shirt' || top === 'dress' ? 'skin' : 'cloth',
  );
  palette[SKIN.bottom] = surface(top === 'dress' ? main : legs, 'cloth');
  palette[SKIN.leg] =
    bottom === 'trousers' && top !== 'dress'
      ? surface(legs, 'cloth')
      : surface(random.chance(0.3) ? 0x1c1a1c : skin, 'skin');
  palette[SKIN.shoes] = surface(random.pick(SHOES), 'plastic');
  palette[SKIN.sole] = surface(random.chance(0.5) ? 0xdedbd4 : 0x1a1a1a, 'rubber');
  palette[SKIN.hair] = surface(hair, 'matte');
  palette[SKIN.accent] = surface(random.pick(TOPS), 'cloth');
  palette[SKIN.pupil] = surface(0x0d0b0a, 'plastic');
  palette[SKIN.iris] = surface(random.pick([0x3a2413, 0x4b3621, 0x5b6b4a, 0x4a6a86]), 'plastic');
  palette[SKIN.eyeWhite] = surface(0xe8e2da, 'plastic');
  palette[SKIN.lash] = surface(dark(skin, 0.7), 'matte');
  palette[SKIN.lips] = surface(blend(skin, 0xa03038, 0.45), 'skin');
  palette[SKIN.mouth] = surface(blend(dark(skin, 0.6), 0x400808, 0.4), 'matte');
  palette[SKIN.brow] = surface(blend(hair, skin, 0.25), 'matte');
  palette[SKIN.beard] = surface(blend(hair, skin, 0.4), 'skin');
  palette[SKIN.hat] = surface(varied(random.pick([...TOPS, 0xd02020, 0xffffff, 0x101010]), random), 'plastic');
  palette[SKIN.visor] = surface(0x101418, 'glass');
  palette[SKIN.bag] = surface(random.pick(BAGS), 'plastic');
  return palette;
}

export function blend(a: number, b: number, share: number): number {
  const channel = (shift: number): number => {
    const [x, y] = [(a >> shift) & 255, (b >> shift) & 255];
    return Math.round(x + (y - x) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

/** A colour a little lighter or darker. */
export function varied(rgb: number, random: Random): number {
  const amount = random.between(-0.18, 0.18);
  return blend(rgb, amount > 0 ? 0xffffff : 0x000000, Math.abs(amount));
}
