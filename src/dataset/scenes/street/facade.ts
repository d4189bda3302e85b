import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Random } from '#core/random.js';
import type { Picture } from '../render/texture.js';
import { noiseMap } from './noise.js';

/** A house front: size in metres and how it is divided. */
export interface FacadePlan {
  readonly width: number;
  readonly height: number;
  readonly floors: number;
  readonly bays: number;
  /** Height of the ground floor. */
  readonly ground: number;
  readonly shop: boolean;
  readonly style: 'plaster' | 'brick' | 'stone' | 'modern';
  readonly wall: number;
  readonly trim: number;
  readonly shopColour: number;
}

/** Fronts are drawn in such units, whatever the size of the texture. */
const SIZE = 1024;
const WALLS = {
  plaster: [0xe4d6bb, 0xd9c7a8, 0xe9e2d2, 0xd6b48e, 0xc9d1cb, 0xdcb7a0, 0xbfc6cc, 0xe8d9a8],
  brick: [0x9a5a45, 0x8a4e3d, 0xa86b50, 0x7d4a3e, 0xb07a5c],
  stone: [0xc2b8a5, 0xb3ada0, 0xcfc6b4, 0xa9a49a],
  modern: [0xb9bfc4, 0x8f979d, 0xd5d8d9, 0x6f777d, 0xe6e6e2],
} as const;

export function randomFacade(random: Random, width: number): FacadePlan {
  const style = random.pick(['plaster', 'plaster', 'brick', 'stone', 'modern'] as const);
  const floors = 3 + random.below(3);
  const ground = random.between(3.6, 4.4);
  return {
    style,
    width,
    floors,
    ground,
    height: ground + (floors - 1) * random.between(2.9, 3.4) + 0.7,
    bays: Math.max(2, Math.round(width / random.between(2.2, 3.2))),
    shop: random.chance(0.65),
    wall: random.pick(WALLS[style]),
    trim: random.pick([0xf2efe8, 0xe3ddd0, 0x5b544c, 0x3d4247, 0xd6cfc0]),
    shopColour: random.pick([0x1f2d3a, 0x5a1f24, 0x23402f, 0x2b2b2d, 0x7a4a1d, 0xd9d4c8, 0x184a5e, 0x8a1f3a]),
  };
}

const css = (rgb: number): string => `#${rgb.toString(16).padStart(6, '0')}`;

/** The front as a texture: u from left to right, v from the top to the ground. */
export function facadePicture(
  plan: FacadePlan,
  { random, wet, pixels }: { random: Random; wet: boolean; pixels: number },
): Picture {
  const canvas = createCanvas(pixels, pixels);
  const g = canvas.getContext('2d');
  g.scale(pixels / SIZE, pixels / SIZE);
  const [px, py] = [SIZE / plan.width, SIZE / plan.height];
  g.fillStyle = css(plan.wall);
  g.fillRect(0, 0, SIZE, SIZE);
  if (plan.style === 'brick') drawBricks(g, plan, random);
  if (plan.style === 'stone') drawJoints(g, plan);
  drawWear(g, random, pixels);
  const floorHeight = (plan.height - plan.ground - 0.7) / (plan.floors - 1);
  for (let floor = 1; floor < plan.floors; floor++) {
    const bottom = plan.height - plan.ground - (floor - 1) * floorHeight;
    if (floor === 1 || plan.style !== 'modern') band(g, plan, bottom);
    for (let bay = 0; bay < plan.bays; bay++) {
      drawWindow(g, plan, {
        random,
        bay,
        sill: bottom - 0.85,
        height: floorHeight * (plan.style === 'modern' ? 0.62 : 0.55),
      });
    }
  }
  if (plan.shop) drawShop(g, plan, random);
  else drawGroundFloor(g, plan, random);
  g.fillStyle = css(plan.trim);
  g.fillRect(0, 0, SIZE, 0.3 * py);
  g.fillStyle = '#0004';
  g.fillRect(0, 0.3 * py, SIZE, 0.12 * py);
  g.fillStyle = '#0003';
  g.fillRect(0, SIZE - 0.35 * py, SIZE, 0.35 * py);
  g.fillRect(0, 0, 0.12 * px, SIZE);
  if (wet) {
    g.fillStyle = '#1a202833';
    g.fillRect(0, 0, SIZE, SIZE);
  }
  const { data } = g.getImageData(0, 0, pixels, pixels);
  return { width: pixels, height: pixels, data };
}

function drawBricks(g: SKRSContext2D, { width, height }: FacadePlan, random: Random): void {
  const [rows, columns] = [Math.round(height / 0.16), Math.round(width / 0.5)];
  for (let row = 0; row < rows; row++) {
    for (let column = -1; column < columns; column++) {
      g.fillStyle = random.chance(0.5)
        ? `rgba(0,0,0,${0.16 * random.float()})`
        : `rgba(255,220,190,${0.13 * random.float()})`;
      const x = ((column + (row % 2) / 2) * SIZE) / columns;
      g.fillRect(x, (row * SIZE) / rows, SIZE / columns - 1, SIZE / rows - 1);
    }
  }
}

function drawJoints(g: SKRSContext2D, { height, width }: FacadePlan): void {
  g.fillStyle = 'rgba(60,50,40,0.22)';
  const rows = Math.round(height / 0.6);
  for (let row = 0; row < rows; row++) {
    g.fillRect(0, (row * SIZE) / rows, SIZE, 2);
    for (let x = (row % 2) * 0.6; x < width; x += 1.2)
      g.fillRect((x * SIZE) / width, (row * SIZE) / rows, 2, SIZE / rows);
  }
}

/** Stains and weather, over all that was drawn. */
function drawWear(g: SKRSContext2D, random: Random, pixels: number): void {
  const seed = random.uint32() & 0xffff;
  const image = g.getImageData(0, 0, pixels, pixels);
  const stains = noiseMap(96, { seed, period: 8, octaves: 3 });
  for (let y = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++) {
      const at = y * pixels + x;
      const factor =
        0.88 + 0.22 * stains(x / pixels, (y / pixels) * 0.4) + 0.05 * (((at * 2654435761) >>> 24) / 255 - 0.5);
      for (let c = 4 * at; c < 4 * at + 3; c++) image.data[c] = image.data[c]! * factor;
    }
  }
  g.putImageData(image, 0, 0);
}

function band(g: SKRSContext2D, { height, trim }: FacadePlan, bottom: number): void {
  const py = SIZE / height;
  g.fillStyle = css(trim);
  g.fillRect(0, (bottom - 0.1) * py, SIZE, 0.2 * py);
  g.fillStyle = '#0004';
  g.fillRect(0, (bottom + 0.1) * py, SIZE, 0.06 * py);
}

interface WindowPlace {
  readonly random: Random;
  readonly bay: number;
  /** From the top of the house to the window sill, m. */
  readonly sill: number;
  readonly height: number;
}

function drawWindow(g: SKRSContext2D, plan: FacadePlan, { random, bay, sill, height }: WindowPlace): void {
  const [px, py] = [SIZE / plan.width, SIZE / plan.height];
  const pitch = plan.width / plan.bays;
  const width = plan.style === 'modern' ? pitch * 0.78 : Math.min(1.25, pitch * 0.48);
  const [x, y, w, h] = [((bay + 0.5) * pitch - width / 2) * px, (sill - height) * py, width * px, height * py];
  const frame = 0.09;
  g.fillStyle = '#0005';
  g.fillRect(x - frame * px, y - frame * py, w + 2 * frame * px + 3, h + 2 * frame * py + 5);
  g.fillStyle = css(plan.trim);
  if (plan.style !== 'modern') g.fillRect(x - frame * px, y - frame * py, w + 2 * frame * px, h + 2 * frame * py);
  drawGlass(g, { x, y, w, h, random });
  g.fillStyle = plan.style === 'modern' ? '#2b2f33' : '#efece5';
  const bar = Math.max(2, 0.05 * px);
  g.fillRect(x, y, w, bar);
  g.fillRect(x, y + h - bar, w, bar);
  g.fillRect(x, y, bar, h);
  g.fillRect(x + w - bar, y, bar, h);
  g.fillRect(x + w / 2 - bar / 2, y, bar, h);
  if (plan.style !== 'modern') g.fillRect(x, y + h * 0.32, w, bar);
  g.fillStyle = '#0003';
  g.fillRect(x + bar, y + bar, w - 2 * bar, 0.12 * py);
  g.fillStyle = css(plan.trim);
  g.fillRect(x - 0.16 * px, y + h + 0.02 * py, w + 0.32 * px, 0.12 * py);
  g.fillStyle = '#0005';
  g.fillRect(x - 0.16 * px, y + h + 0.14 * py, w + 0.32 * px, 0.07 * py);
}

interface Pane {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly random: Random;
}

/** Glass: dark rooms behind a reflected sky, some with curtains. */
function drawGlass(g: SKRSContext2D, { x, y, w, h, random }: Pane): void {
  const shine = g.createLinearGradient(x, y, x + w * 0.4, y + h);
  const bright = random.between(0.25, 0.6);
  shine.addColorStop(0, `rgb(${60 + 90 * bright},${80 + 105 * bright},${95 + 120 * bright})`);
  shine.addColorStop(0.55, '#39434b');
  shine.addColorStop(1, '#20262b');
  g.fillStyle = shine;
  g.fillRect(x, y, w, h);
  if (random.chance(0.45)) {
    g.fillStyle = random.pick(['#e9e4d8bb', '#d8cdb899', '#c9b9a099', '#e6e9eabb']);
    const side = w * random.between(0.15, 0.45);
    g.fillRect(x, y, side, h);
    if (random.chance(0.6)) g.fillRect(x + w - side, y, side, h);
  } else if (random.chance(0.25)) {
    g.fillStyle = '#e5e0d4cc';
    g.fillRect(x, y, w, h * random.between(0.2, 0.7));
  }
}

function drawShop(g: SKRSContext2D, plan: FacadePlan, random: Random): void {
  const [px, py] = [SIZE / plan.width, SIZE / plan.height];
  const top = plan.height - plan.ground + 0.35;
  g.fillStyle = css(plan.shopColour);
  g.fillRect(0.25 * px, top * py, SIZE - 0.5 * px, (plan.ground - 0.35) * py);
  const windows = Math.max(2, Math.round(plan.width / 3));
  const door = random.below(windows);
  const pitch = (plan.width - 0.5) / windows;
  for (let n = 0; n < windows; n++) {
    const [x, w] = [(0.25 + n * pitch + 0.12) * px, (pitch - 0.24) * px];
    const isDoor = n === door;
    const [y, h] = [(top + 0.75) * py, (plan.ground - 0.35 - 0.75 - (isDoor ? 0.02 : 0.45)) * py];
    const inside = g.createLinearGradient(0, y, 0, y + h);
    inside.addColorStop(0, random.pick(['#5a5348', '#4a4f55', '#6a5c48']));
    inside.addColorStop(1, '#1c1e20');
    g.fillStyle = inside;
    g.fillRect(x, y, w, h);
    if (!isDoor) drawGoods(g, { x, y, w, h, random });
    g.fillStyle = '#bcd2e033';
    g.beginPath();
    g.moveTo(x, y);
    g.lineTo(x + w * 0.5, y);
    g.lineTo(x + w * 0.1, y + h);
    g.lineTo(x, y + h);
    g.fill();
    if (isDoor) {
      g.fillStyle = css(plan.trim);
      g.fillRect(x + w / 2 - 3, y, 6, h);
      g.fillRect(x + w / 2 + 8, y + h * 0.5, 5, h * 0.12);
    }
  }
  // A sign with strokes that are no letters of any script.
  g.fillStyle = '#0003';
  g.fillRect(0.4 * px, (top + 0.1) * py, SIZE - 0.8 * px, 0.52 * py);
  g.fillStyle = random.pick(['#f4e9c8', '#ffffff', '#f0c040', '#e8e4da']);
  const strokes = 5 + random.below(7);
  const start = random.between(0.15, 0.4) * SIZE;
  for (let n = 0; n < strokes; n++) {
    const x = start + n * 0.34 * px;
    g.fillRect(x, (top + 0.18) * py, 0.06 * px, 0.34 * py);
    if (random.chance(0.7)) g.fillRect(x, (top + random.pick([0.18, 0.32, 0.46])) * py, 0.2 * px, 0.06 * py);
    if (random.chance(0.5)) g.fillRect(x + 0.15 * px, (top + 0.18) * py, 0.06 * px, 0.34 * py);
  }
}

/** Coloured things behind a shop window. */
function drawGoods(g: SKRSContext2D, { x, y, w, h, random }: Pane): void {
  for (let n = 0; n < 12; n++) {
    const [gw, gh] = [w * random.between(0.06, 0.2), h * random.between(0.08, 0.35)];
    g.fillStyle = `hsla(${random.below(360)},${random.between(10, 55)}%,${random.between(25, 70)}%,0.75)`;
    g.fillRect(x + random.float() * (w - gw), y + h - gh - h * random.pick([0, 0, 0.33, 0.62]), gw, gh);
  }
}

function drawGroundFloor(g: SKRSContext2D, plan: FacadePlan, random: Random): void {
  const [px, py] = [SIZE / plan.width, SIZE / plan.height];
  const door = random.below(plan.bays);
  const pitch = plan.width / plan.bays;
  g.fillStyle = '#00000018';
  g.fillRect(0, (plan.height - plan.ground) * py, SIZE, plan.ground * py);
  for (let bay = 0; bay < plan.bays; bay++) {
    if (bay !== door) {
      drawWindow(g, plan, { random, bay, sill: plan.height - 1.1, height: plan.ground * 0.48 });
      continue;
    }
    const [x, w, h] = [((bay + 0.5) * pitch - 0.6) * px, 1.2 * px, 2.5 * py];
    g.fillStyle = css(plan.trim);
    g.fillRect(x - 0.15 * px, SIZE - h - 0.2 * py, w + 0.3 * px, h + 0.2 * py);
    g.fillStyle = css(plan.shopColour);
    g.fillRect(x, SIZE - h, w, h);
    g.fillStyle = '#0005';
    for (const [dx, dy] of [
      [0.12, 0.1],
      [0.55, 0.1],
      [0.12, 0.55],
      [0.55, 0.55],
    ] as const)
      g.fillRect(x + dx * w, SIZE - h + dy * h, 0.33 * w, 0.35 * h);
  }
}
