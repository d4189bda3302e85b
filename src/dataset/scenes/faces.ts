import type { Annotation } from '#core/annotation.js';
import type { Box } from '#core/box.js';
import type { Landmark } from '#core/landmark.js';
import { Random } from '#core/random.js';
import type { Size } from '#core/size.js';
import { FACE_POINTS, type HeadShape, headPoint } from './models/head.js';
import { blend, randomOutfit } from './models/outfit.js';
import { headPlace, personPieces } from './models/person.js';
import { walkPose } from './models/pose.js';
import type { Projection } from './render/camera.js';
import { Renderer } from './render/renderer.js';
import { createMood } from './street/mood.js';
import { noiseMap } from './street/noise.js';
import { forDisplay } from './street/sky.js';
import { paintTexture } from './street/surfaces.js';
import { applyTo, nest, rotatedZ, type Transform, translated } from './transform.js';
import { dot, scale, subtract, unit, type Vector } from './vector.js';

/** The five points of a face, left and right as they are in a picture of a face that looks at the camera. */
export const FACE_LANDMARKS = ['left_eye', 'right_eye', 'nose', 'mouth_left', 'mouth_right'] as const;

/** Points of {@link FACE_POINTS} (left and right of the person) in the order of {@link FACE_LANDMARKS}. */
const ORDER = [1, 0, 2, 4, 3] as const;

/** Directions that bound a face: from chin to hair line, from ear to ear. */
const OUTLINE: readonly Vector[] = Array.from({ length: 60 }, (_, n): Vector => {
  const [turn, height] = [((n % 12) / 11 - 0.5) * 2.6, -0.97 + (Math.floor(n / 12) / 4) * 1.47];
  const flat = Math.sqrt(1 - height ** 2 * 0.98);
  return unit([flat * Math.cos(turn), flat * Math.sin(turn), height]);
});

export interface SeenFace {
  /** Picture px, not clipped. */
  readonly box: Box;
  readonly landmarks: readonly Landmark[];
  /** 1 looks at the camera, 0 sideways, -1 away. */
  readonly towards: number;
}

/** A head's face as a camera sees it; undefined behind the camera. */
export function seenFace(
  place: Transform,
  shape: HeadShape,
  { projection, camera }: { projection: Projection; camera: Vector },
): SeenFace | undefined {
  const project = (direction: Vector): [number, number] | undefined => {
    const [x, y, distance] = projection.project(applyTo(place, headPoint(direction, shape)));
    return distance > 0.1 ? [x / projection.oversample, y / projection.oversample] : undefined;
  };
  const outline = OUTLINE.map(project);
  const points = ORDER.map((n) => project(FACE_POINTS[n]!));
  if (outline.includes(undefined) || points.includes(undefined)) return undefined;
  const xs = outline.map((point) => point![0]);
  const ys = outline.map((point) => point![1]);
  const middle = applyTo(place, [0, 0, 0]);
  const forward = unit(subtract(applyTo(place, [1, 0, 0]), middle));
  const towards = dot(forward, unit(subtract(camera, middle)));
  const landmarks = ORDER.map((n, k): Landmark => {
    const [x, y] = points[k]!;
    const outward = unit(subtract(applyTo(place, scale(FACE_POINTS[n]!, 1)), middle));
    return [x, y, dot(outward, unit(subtract(camera, middle))) > 0.12 ? 2 : 1];
  });
  return { box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], landmarks, towards };
}

/** One picture of people close to the camera. */
export interface FacePicture {
  /** RGBA `[H, W, 4]` */
  readonly rgba: Uint8Array<ArrayBuffer>;
  /** Class 0 is `face`; with the five points of {@link FACE_LANDMARKS}. */
  readonly annotations: readonly Annotation[];
}

/** Draws one to four people close by, before a blurred background; the same for the same seed. */
export function renderFaces({ seed, size }: { readonly seed: number; readonly size: Size }): FacePicture {
  const random = new Random(seed, 91);
  const mood = createMood(random.pick(['clear', 'hazy', 'overcast', 'golden', 'dusk'] as const), random);
  const camera = { position: [0, 0, 1.6] as Vector, target: [0, 5, 1.6] as Vector, fieldOfView: 46 };
  const renderer = new Renderer({ camera, size, light: mood.light, lamps: [], centre: [0, 2, 0], extent: 12 });
  addBackground(renderer, random, mood.light);
  renderer.bake();
  renderer.beginFrame();
  const count = random.pick([1, 1, 1, 2, 2, 3, 4]);
  const faces = Array.from({ length: count }, (_, n) =>
    drawPerson(renderer, { random, id: n + 1, count, camera: camera.position }),
  );
  const rgba = renderer.endFrame({ noise: mood.noise * 1.5, seed: seed + 1 }).slice();
  const annotations = faces.flatMap((face, n) => annotateFace(face, { renderer, id: n + 1, size }));
  renderer.close();
  return { rgba, annotations };
}

function addBackground(renderer: Renderer, random: Random, light: Parameters<typeof forDisplay>[1]): void {
  const colours = Array.from({ length: 4 }, () =>
    forDisplay(blend(random.uint32() & 0xffffff, random.pick([0x303030, 0x808080, 0xb8b4ac]), 0.6), light),
  );
  const seed = random.uint32() & 0xffff;
  const [where, what] = [
    noiseMap(32, { seed, period: 4, octaves: 2 }),
    noiseMap(32, { seed: seed + 5, period: 6, octaves: 3 }),
  ];
  const texture = renderer.texture(
    paintTexture(128, 128, (u, v) =>
      blend(blend(colours[0]!, colours[1]!, where(u, v)), blend(colours[2]!, colours[3]!, what(v, u)), what(u, v)),
    ),
  );
  renderer.panel({
    points: [
      [-12, 9, -8],
      [12, 9, -8],
      [12, 9, 11],
      [-12, 9, 11],
    ],
    uvs: [
      [0, 1],
      [1, 1],
      [1, 0],
      [0, 0],
    ],
    texture,
    material: 'glow',
    casts: false,
  });
}

interface Sitting {
  readonly random: Random;
  readonly id: number;
  readonly count: number;
  readonly camera: Vector;
}

function drawPerson(
  renderer: Renderer,
  { random, id, count, camera }: Sitting,
): { face: SeenFace | undefined; nose: Vector } {
  const outfit = randomOutfit(random, { warm: random.chance(0.6) });
  const distance = count === 1 ? random.between(0.42, 1.3) : random.between(0.7, 2.6);
  const x =
    (count === 1 ? random.between(-0.16, 0.16) : ((id - 0.5) / count - 0.5) * 0.8 + random.between(-0.06, 0.06)) *
    distance;
  // Looking at the camera is -y.
  const [yaw, pitch] = [random.between(-0.95, 0.95) * random.float() ** 0.6, random.between(-0.35, 0.3)];
  const still = walkPose(0.5, { stride: 0, arms: 0, lean: 0.02, elbow: 0.2 });
  const gaze: Vector = [Math.cos(yaw) * Math.cos(pitch), Math.sin(yaw) * Math.cos(pitch), Math.sin(pitch)];
  const pose = { ...still, gaze, roll: random.between(-0.25, 0.25) };
  const eyes = (outfit.height / 1.75) * 1.62;
  const place = nest(
    translated(x, distance, 1.6 - eyes + random.between(-0.22, 0.16) * distance),
    rotatedZ(-Math.PI / 2 + random.between(-0.4, 0.4)),
  );
  for (const piece of personPieces(outfit, pose, { place, id, detail: 0, head: -2 })) renderer.draw(piece);
  const head = headPlace(outfit, pose, place);
  const face = seenFace(head, outfit.head, { projection: renderer.projection, camera });
  return { face, nose: applyTo(head, headPoint(FACE_POINTS[2]!, outfit.head)) };
}

function annotateFace(
  { face, nose }: { face: SeenFace | undefined; nose: Vector },
  { renderer, id, size }: { renderer: Renderer; id: number; size: Size },
): Annotation[] {
  if (face === undefined || face.towards < 0.15) return [];
  const [x1, y1, x2, y2] = face.box;
  const box: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(size.width, x2), Math.min(size.height, y2)];
  if (box[2] <= box[0] || box[3] <= box[1]) return [];
  const inside = ((box[2] - box[0]) * (box[3] - box[1])) / ((x2 - x1) * (y2 - y1));
  const hidden = renderer.idAt(nose) !== id;
  const landmarks = face.landmarks.map(
    ([x, y, visibility]): Landmark => [x, y, x >= 0 && y >= 0 && x < size.width && y < size.height ? visibility : 0],
  );
  if (inside < 0.25) return [];
  return [
    {
      box,
      classId: 0,
      landmarks,
      ...((inside < 0.6 || hidden) && { difficult: true }),
      ...(inside < 0.99 && { truncated: true }),
    },
  ];
}
