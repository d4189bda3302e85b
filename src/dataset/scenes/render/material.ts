/** How surfaces answer to light: reflectance at normal incidence, gloss, emission, unlit. */
export const MATERIALS = {
  matte: [0.02, 0.15, 0, 0],
  cloth: [0.02, 0.1, 0, 0],
  skin: [0.035, 0.35, 0, 0],
  paint: [0.055, 1, 0, 0],
  glass: [0.09, 1, 0, 0],
  metal: [0.5, 0.9, 0, 0],
  rubber: [0.02, 0.25, 0, 0],
  plastic: [0.04, 0.6, 0, 0],
  lamp: [0.04, 1, 3.5, 0],
  glow: [0, 0, 2.5, 1],
  /** Lit goods in a shop window. */
  display: [0, 0, 0.9, 1],
  wet: [0.05, 0.8, 0, 0],
  leaf: [0.03, 0.3, 0.06, 0],
} as const;

export type Material = keyof typeof MATERIALS;

const NUMBERS = new Map(Object.keys(MATERIALS).map((name, index) => [name, index]));

export function materialNumber(material: Material): number {
  return NUMBERS.get(material)!;
}

/** A surface as triangles carry it: sRGB levels and the number of the material. */
export type Surface = number;

/** @param rgb `0xrrggbb` */
export function surface(rgb: number, material: Material = 'matte'): Surface {
  const [r, g, b] = [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255];
  return (r | (g << 8) | (b << 16) | (materialNumber(material) << 24)) >>> 0;
}
