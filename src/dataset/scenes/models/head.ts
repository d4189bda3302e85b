import { type Mesh, MeshBuilder } from '../mesh.js';
import { ellipsoid, tube } from '../shapes.js';
import { unit, type Vector } from '../vector.js';
import type { Detail } from './detail.js';
import { SKIN } from './skin.js';

/** How a head differs from others; all near 1 except where said. */
export interface HeadShape {
  readonly width: number;
  readonly jaw: number;
  readonly nose: number;
  readonly lips: number;
  readonly brow: number;
  /** Height of the hair line, 0 low to 1 bald at the front. */
  readonly hairline: number;
  readonly hair: HairStyle;
  readonly beard: boolean;
}

export type HairStyle = 'short' | 'long' | 'bob' | 'bun' | 'bald' | 'cap' | 'beanie' | 'helmet' | 'bike helmet';

/** Half depth, half width and half height of the head of a person of 1.75 m, m. The middle of the head is the origin, x forward. */
export const HEAD: Vector = [0.094, 0.076, 0.118];

/** A smooth bump: 1 at the middle, 0 beyond a radius of about 2. */
const bump = (x: number, y: number): number => Math.exp(-(x * x + y * y));

/** The point of the head's surface in a direction (unit vector). */
export function headPoint([fx, fy, fz]: Vector, shape: HeadShape): Vector {
  const low = Math.max(0, -fz);
  const width = HEAD[1] * shape.width * (1 - 0.2 * low ** 1.4 * (2 - shape.jaw)) * (1 + 0.04 * Math.max(0, fz));
  const front = fx > 0 ? 1 - 0.06 * (1 - fy * fy) : 1 - 0.12 * low;
  let x = HEAD[0] * fx * front;
  const y = width * fy;
  const z = HEAD[2] * fz;
  if (fx > 0) {
    const face = fx ** 1.5;
    const side = Math.abs(fy);
    x -= 0.011 * face * bump((side - 0.36) / 0.2, (fz - 0.07) / 0.14); // eye sockets
    x += 0.005 * shape.brow * face * bump((side - 0.3) / 0.3, (fz - 0.25) / 0.1);
    x += 0.017 * shape.nose * face * bump(fy / 0.13, (fz + 0.05) / 0.2); // bridge
    x += 0.021 * shape.nose * face * bump(fy / (0.16 + 0.05 * shape.nose), (fz + 0.2) / 0.1); // tip
    x += 0.006 * shape.lips * face * bump(fy / 0.3, (fz + 0.47) / 0.08);
    x += 0.009 * shape.jaw * face * bump(fy / 0.3, (fz + 0.8) / 0.14); // chin
    x += 0.004 * face * bump((side - 0.5) / 0.2, (fz + 0.2) / 0.2); // cheek bones
  }
  return [x, y, z];
}

/** Directions of the five points: eyes and corners of the mouth of the person's own left (y > 0) and right, tip of the nose. */
export const FACE_POINTS: readonly Vector[] = [
  unit([0.9, 0.37, 0.07]),
  unit([0.9, -0.37, 0.07]),
  unit([1, 0, -0.2]),
  unit([0.87, 0.27, -0.47]),
  unit([0.87, -0.27, -0.47]),
];

/** The colour of the head in a direction. */
function headSlot([fx, fy, fz]: Vector, shape: HeadShape, fine: boolean): number {
  const side = Math.abs(fy);
  if (fx > 0.45) {
    const [ex, ez] = [(side - 0.365) / 0.155, (fz - 0.07) / 0.052];
    if (fine && ex * ex + ez * ez < 1) {
      const iris = ((side - 0.365) / 0.062) ** 2 + ((fz - 0.07) / 0.052) ** 2;
      return iris < 0.2 ? SKIN.pupil : iris < 1 ? SKIN.iris : SKIN.eyeWhite;
    }
    if (fine && ex * ex + ((fz - 0.075) / 0.075) ** 2 < 1.15 && fz > 0.07) return SKIN.lash;
    if (!fine && ((side - 0.365) / 0.12) ** 2 + ((fz - 0.07) / 0.07) ** 2 < 1) return SKIN.pupil;
    if (Math.abs(side - 0.37) < 0.19 && Math.abs(fz - 0.215 + 0.18 * (side - 0.37) ** 2 * 4) < (fine ? 0.028 : 0.05))
      return SKIN.brow;
    const mouth = (fy / 0.29) ** 2 + ((fz + 0.47) / 0.075) ** 2;
    if (mouth < 1) return Math.abs(fz + 0.468) < (fine ? 0.012 : 0.02) ? SKIN.mouth : SKIN.lips;
    if (shape.beard && fz < -0.36) return SKIN.beard;
  }
  if (shape.beard && fx > 0.1 && fz < -0.3 && side > 0.4) return SKIN.beard;
  if (shape.hair === 'bald') return SKIN.skin;
  const line = 0.5 + 0.35 * shape.hairline - 0.12 * side;
  const behind = fx < 0.15 - 0.25 * Math.max(0, -fz) && fz > -0.42;
  return fz > line || behind ? SKIN.hair : SKIN.skin;
}

const cache = new Map<string, Mesh>();

/** -2 is for faces that fill the picture, -1 for people close by. */
export type HeadDetail = Detail | -1 | -2;

const FIELDS: Readonly<Record<HeadDetail, readonly [around: number, rows: number]>> = {
  [-2]: [120, 90],
  [-1]: [64, 48],
  0: [28, 22],
  1: [16, 12],
  2: [8, 6],
};

/** A head around the origin. */
export function headMesh(shape: HeadShape, detail: HeadDetail): Mesh {
  const fine = detail < 0;
  const { width, hairline, hair, beard } = shape;
  const key = JSON.stringify(
    fine ? [detail, shape] : [detail, hair, beard, Math.round(width * 20), Math.round(hairline * 3)],
  );
  const known = detail === -2 ? undefined : cache.get(key);
  if (known !== undefined) return known;
  const into = new MeshBuilder();
  const [around, rows] = FIELDS[detail];
  const direction = (j: number, i: number): Vector => {
    const latitude = (Math.PI * j) / rows - Math.PI / 2;
    const longitude = (2 * Math.PI * i) / around + Math.PI;
    return [Math.cos(latitude) * Math.cos(longitude), Math.cos(latitude) * Math.sin(longitude), Math.sin(latitude)];
  };
  const hairy = (point: Vector, slot: number): Vector => {
    const grow = slot === SKIN.hair && shape.hair !== 'bald' ? 1.07 : 1;
    return [point[0] * grow, point[1] * grow, point[2] * (grow > 1 && point[2] > 0 ? 1.06 : 1)];
  };
  const points = Array.from({ length: rows + 1 }, (_, j) =>
    Array.from({ length: around }, (_unused, i) => {
      const d = direction(j, i);
      return hairy(headPoint(d, shape), headSlot(d, shape, fine));
    }),
  );
  into.grid(points, (j, i) => headSlot(direction(j + 0.5, i + 0.5), shape, fine), true);
  for (const side of [1, -1]) {
    ellipsoid(into, {
      centre: [-0.012, side * HEAD[1] * shape.width * 1.0, 0.0],
      radii: [0.02, 0.012, 0.032],
      slot: SKIN.skin,
      around: 10,
      rows: 6,
    });
  }
  addHair(into, shape);
  const mesh = into.build();
  if (cache.size > 300) cache.clear();
  if (detail !== -2) cache.set(key, mesh);
  return mesh;
}

function addHair(into: MeshBuilder, { hair, width }: HeadShape): void {
  const [depth, half, height] = [HEAD[0], HEAD[1] * width, HEAD[2]];
  if (hair === 'long' || hair === 'bob') {
    const length = hair === 'long' ? 0.36 : 0.2;
    const sections = [0, 0.3, 0.65, 1].map((at) => ({
      at,
      rx: depth * (0.72 - 0.25 * at),
      ry: half * (1.16 - 0.1 * at),
    }));
    tube(into, {
      from: [-0.035, 0, 0.07],
      to: [-0.055, 0, 0.07 - length],
      side: [1, 0, 0],
      sections,
      slot: SKIN.hair,
      around: 14,
    });
  }
  if (hair === 'bun')
    ellipsoid(into, { centre: [-depth * 1.05, 0, 0.05], radii: [0.04, 0.045, 0.045], slot: SKIN.hair });
  if (hair === 'cap' || hair === 'beanie') {
    ellipsoid(into, {
      centre: [-0.004, 0, 0.035],
      radii: [depth * 1.12, half * 1.12, height * (hair === 'cap' ? 0.82 : 0.95)],
      slot: SKIN.hat,
      around: 16,
      rows: 10,
    });
    if (hair === 'cap')
      ellipsoid(into, { centre: [depth * 1.05, 0, 0.055], radii: [0.075, half * 0.9, 0.012], slot: SKIN.hat });
  }
  if (hair === 'bike helmet')
    ellipsoid(into, {
      centre: [-0.008, 0, 0.055],
      radii: [depth * 1.3, half * 1.2, height * 0.72],
      slot: SKIN.hat,
      around: 16,
      rows: 10,
    });
  if (hair === 'helmet') {
    ellipsoid(into, {
      centre: [0, 0, 0.01],
      radii: [depth * 1.38, half * 1.5, height * 1.2],
      slot: SKIN.hat,
      around: 18,
      rows: 12,
    });
    ellipsoid(into, {
      centre: [depth * 0.62, 0, 0.015],
      radii: [depth * 0.83, half * 1.25, height * 0.5],
      slot: SKIN.visor,
      around: 18,
      rows: 10,
    });
  }
}
