import type { Annotation } from '#core/annotation.js';
import { Random } from '#core/random.js';
import type { Size } from '#core/size.js';
import type { Mesh } from './mesh.js';
import type { Bike } from './models/bicycle.js';
import type { Detail } from './models/detail.js';
import type { HeadDetail } from './models/head.js';
import { personPieces } from './models/person.js';
import { ridePose } from './models/pose.js';
import { drawRain } from './rain.js';
import type { Camera } from './render/camera.js';
import type { Extent } from './render/piece.js';
import { Renderer } from './render/renderer.js';
import { createMood, MOODS, type Mood, type MoodName } from './street/mood.js';
import { KERB, randomStreet, type StreetPlan } from './street/plan.js';
import { buildStreet, lampsOf } from './street/street.js';
import {
  parkedBicycles,
  parkedVehicles,
  type TrafficOptions,
  type VehicleState,
  VehicleTraffic,
} from './traffic/vehicles.js';
import { type WalkerState, WalkerTraffic } from './traffic/walkers.js';
import { IDENTITY, nest, rotatedY, rotatedZ, type Transform, translated } from './transform.js';
import type { Vector } from './vector.js';

/** Classes of a street scene, by class id. */
export const SCENE_LABELS = ['person', 'bicycle', 'motorbike', 'car', 'bus', 'truck'] as const;

export interface SceneOptions {
  readonly seed: number;
  readonly size: Size;
  /** Default: drawn from the seed. */
  readonly mood?: MoodName;
  readonly street?: StreetPlan;
  readonly camera?: Camera;
  /** 0 nearly empty to 1 crowded. */
  readonly density?: number;
}

/** One rendered moment with its exact ground truth. */
export interface SceneFrame {
  /** RGBA `[H, W, 4]`: a view that the next frame overwrites. */
  readonly rgba: Uint8Array<ArrayBuffer>;
  /** What can be seen, boxes around what is seen of it; class ids of {@link SCENE_LABELS}. */
  readonly annotations: readonly Annotation[];
}

/** A thing of the scene that has a box. */
interface Actor {
  readonly classId: number;
  readonly track: number;
}

/** Objects of which less than this is seen are not there; below the second they are difficult. */
const LEAST_SEEN = 0.08;
const CLEARLY_SEEN = 0.25;
/** Smaller objects (longer side, px) are difficult. */
const SMALL_PX = 9;

/** A street with traffic that is the same for the same seed; any moment can be drawn, in any order. */
export class StreetScene {
  readonly size: Size;
  readonly mood: Mood;
  readonly street: StreetPlan;
  readonly camera: Camera;
  readonly #renderer: Renderer;
  readonly #vehicles: VehicleTraffic;
  readonly #walkers: WalkerTraffic;
  readonly #fixed: Actor[] = [{ classId: -1, track: 0 }];
  readonly #seed: number;

  constructor(options: SceneOptions) {
    const { seed, size } = options;
    const random = new Random(seed, 61);
    this.size = size;
    this.#seed = seed;
    this.street = options.street ?? randomStreet(random);
    this.mood = createMood(options.mood ?? random.pick(MOODS), random);
    this.camera = options.camera ?? randomCamera(random, this.street);
    const { light } = this.mood;
    const centre = aheadOf(this.camera, 18);
    this.#renderer = new Renderer({
      camera: this.camera,
      size,
      light,
      lamps: lampsOf(this.street, this.mood),
      centre,
      extent: 76,
    });
    buildStreet(this.#renderer, this.street, { random, mood: this.mood, centre });
    const traffic: TrafficOptions = {
      seed,
      street: this.street,
      lampsOn: light.lampsOn,
      warm: random.chance(0.6),
      density: options.density ?? random.between(0.05, 0.9),
    };
    for (const state of [...parkedVehicles(traffic), ...parkedBicycles(traffic)]) {
      this.#fixed.push({ classId: classIdOf(state), track: state.track });
      this.#drawVehicle(state, this.#fixed.length - 1);
    }
    this.#renderer.bake();
    this.#vehicles = new VehicleTraffic(traffic);
    this.#walkers = new WalkerTraffic(traffic);
  }

  /** The scene at a time, seconds (0 or later). */
  frame(seconds: number): SceneFrame {
    const actors = [...this.#fixed];
    const next = (actor: Actor): number => actors.push(actor) - 1;
    this.#renderer.beginFrame();
    for (const state of this.#vehicles.at(seconds)) {
      if (!this.#near(state)) continue;
      this.#drawVehicle(state, next({ classId: classIdOf(state), track: state.track }));
      if (state.rider !== undefined) this.#drawRider(state, next({ classId: 0, track: state.rider.track }));
      this.#touch(state, { half: state.vehicle.length / 2, height: Math.max(1.8, state.vehicle.height) });
    }
    for (const state of this.#walkers.at(seconds)) {
      if (!this.#near(state)) continue;
      this.#drawWalker(state, next({ classId: 0, track: state.track }));
      this.#touch(state, { half: 0.6, height: 2 });
    }
    const frame = Math.round(seconds * 1000);
    const rgba = this.#renderer.endFrame({ noise: this.mood.noise, seed: frame + 1 });
    if (this.mood.light.wet) drawRain(rgba, this.size, new Random(this.#seed, 62, frame));
    return { rgba, annotations: this.#renderer.extents().flatMap((extent) => this.#annotate(extent, actors)) };
  }

  /** Gives the renderer's memory back; no frame may be asked for any more. */
  close(): void {
    this.#renderer.close();
  }

  #annotate({ id, box, seen, covered }: Extent, actors: readonly Actor[]): Annotation[] {
    const { classId, track } = actors[id]!;
    const visible = seen / covered;
    const [width, height] = [box[2] - box[0], box[3] - box[1]];
    if (visible < LEAST_SEEN || Math.max(width, height) < 4 || seen < 40) return [];
    const truncated = box[0] <= 0 || box[1] <= 0 || box[2] >= this.size.width || box[3] >= this.size.height;
    const difficult = visible < CLEARLY_SEEN || Math.max(width, height) < SMALL_PX;
    return [
      {
        box,
        classId,
        occlusion: Math.round((1 - visible) * 1000) / 1000,
        ...(truncated && { truncated }),
        ...(difficult && { difficult }),
        ...(track > 0 && { trackId: track }),
      },
    ];
  }

  /** In front of the camera, near enough to be seen, and not far beside the picture. */
  #near({ x, y }: { x: number; y: number }): boolean {
    const { projection } = this.#renderer;
    const [px, , distance] = projection.project([x, y, 1]);
    if (distance < 3) return distance > -7;
    const half = (this.size.width * projection.oversample) / 2;
    const margin = (projection.focal * 7) / distance;
    return distance < 110 && Math.abs(px - half) < half + margin;
  }

  #detail(x: number, y: number): { detail: Detail; head: HeadDetail; far: boolean } {
    const [, top] = this.#renderer.projection.project([x, y, 1.8]);
    const [, bottom, distance] = this.#renderer.projection.project([x, y, 0]);
    if (distance < 1) return { detail: 0, head: -1, far: false };
    const pixels = Math.abs(bottom - top) / 2;
    const detail = pixels > 170 ? 0 : pixels > 70 ? 1 : 2;
    return { detail, head: pixels > 330 ? -1 : detail, far: pixels < 36 };
  }

  #drawVehicle({ vehicle, x, y, heading, rolled }: VehicleState, id: number): void {
    const place = nest(translated(x, y, y > this.street.half ? KERB : 0), rotatedZ(heading));
    const { detail, far } = this.#detail(x, y);
    const { palette, coarse, coarseWheel } = vehicle;
    const draw = (meshes: readonly [near: Mesh, coarse: Mesh], transform: Transform, bothSides = false): void => {
      const mesh = detail === 2 ? meshes[1] : meshes[0];
      this.#renderer.draw({
        mesh,
        shadow: far ? null : meshes[1],
        transform: nest(place, transform),
        palette,
        id,
        bothSides,
      });
    };
    draw([vehicle.shell, coarse], IDENTITY);
    const turn = rotatedY(rolled / vehicle.wheelRadius);
    for (const wheel of vehicle.wheels) {
      draw([vehicle.wheel, coarseWheel], nest(translated(...wheel), turn), vehicle.label === 'bicycle');
    }
    const { cranks } = vehicle as Bike;
    if (cranks !== undefined) draw([cranks.mesh, cranks.mesh], nest(translated(...cranks.at), rotatedY(rolled / 0.9)));
  }

  #drawRider({ vehicle, x, y, heading, rolled, rider }: VehicleState, id: number): void {
    const { outfit } = rider!;
    const size = outfit.height / 1.75;
    const pose = ridePose({ ...(vehicle as Bike).saddle(rolled / 0.9), scale: size });
    const place = nest(translated(x, y, 0), rotatedZ(heading));
    for (const piece of personPieces(outfit, pose, { place, id, ...this.#detail(x, y) })) this.#renderer.draw(piece);
  }

  #drawWalker({ outfit, pose, x, y, z, heading }: WalkerState, id: number): void {
    const place = nest(translated(x, y, z), rotatedZ(heading));
    for (const piece of personPieces(outfit, pose, { place, id, ...this.#detail(x, y) })) this.#renderer.draw(piece);
  }

  /** Marks what a thing and its shadow may change. */
  #touch({ x, y }: { x: number; y: number }, { half, height }: { half: number; height: number }): void {
    const [sx, sy, sz] = this.mood.light.sun;
    const reach = Math.min(40, height / Math.max(0.1, sz));
    const margin = half + 0.8;
    const around = (cx: number, cy: number, z: number): Vector[] =>
      [-1, 1].flatMap((a) => [-1, 1].map((b): Vector => [cx + a * margin, cy + b * Math.min(margin, 2.2), z]));
    this.#renderer.touch([...around(x, y, 0), ...around(x, y, height), ...around(x - sx * reach, y - sy * reach, 0)]);
  }
}

function classIdOf({ vehicle }: VehicleState): number {
  return SCENE_LABELS.indexOf(vehicle.label);
}

function aheadOf({ position, target }: Camera, metres: number): Vector {
  const [dx, dy] = [target[0] - position[0], target[1] - position[1]];
  const length = Math.hypot(dx, dy);
  return [position[0] + (dx / length) * metres, position[1] + (dy / length) * metres, 0];
}

/** Somewhere on or behind the near pavement, at eye level or on a pole, looking across or along the street. */
export function randomCamera(random: Random, { half, pavement }: StreetPlan): Camera {
  const height = random.chance(0.4) ? random.between(1.4, 2.2) : random.between(2.6, 7.5);
  const position: Vector = [
    random.between(-14, 4),
    -half - random.between(0.3, pavement + (height > 2.4 ? 5 : 2)),
    height,
  ];
  const yaw = random.between(-0.5, 0.9);
  const far = random.between(8, 20);
  const target: Vector = [
    position[0] + far * Math.sin(yaw),
    position[1] + far * Math.cos(yaw),
    random.between(0.2, 1.8),
  ];
  return { position, target, fieldOfView: random.between(32, 70) };
}
