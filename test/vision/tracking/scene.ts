import type { Box } from '#core/box.js';
import type { Detection } from '#core/detection.js';
import { Random } from '#core/random.js';
import type { Stamp } from '#core/stamp.js';

/** An object that walks a straight line: where it starts, how fast it goes, in px and px/s. */
export interface Walker {
  readonly box: Box;
  readonly speed: readonly [number, number];
  /** How fast its right and bottom edges run away from the others, px/s. */
  readonly growth?: number;
  readonly classId?: number;
  /** Seconds in which it is in the picture; default always. */
  readonly from?: number;
  readonly until?: number;
  /** Seconds in which it is hidden: there, but not detected. */
  readonly hidden?: readonly [number, number];
}

export interface SceneFrame {
  readonly stamp: Stamp;
  /** By walker: id = index + 1. */
  readonly truth: readonly { readonly id: number; readonly box: Box }[];
  readonly detections: readonly Detection[];
}

/** What a detector does wrong, as probabilities per object and frame, and jitter in px. */
export interface Faults {
  readonly miss?: number;
  /** A second, faint box beside the right one; a second one that is as good. */
  readonly duplicate?: number;
  readonly twin?: number;
  readonly falseAlarm?: number;
  readonly lowScore?: number;
  readonly jitter?: number;
}

export function stampAt(seq: number, pts: number, epoch?: number): Stamp {
  return { source: 'scene', seq, pts, size: { width: 1280, height: 720 }, ...(epoch !== undefined && { epoch }) };
}

export function detectionOf(box: Box, score = 0.9, classId = 0): Detection {
  return { box, score, classId, label: ['person', 'car', 'dog'][classId]! };
}

/** Renders ground truth and what a detector with the given faults reports of it, at the given times. */
export function render(
  walkers: readonly Walker[],
  times: readonly number[],
  faults: Faults = {},
  seed = 1,
): SceneFrame[] {
  const random = new Random(seed);
  return times.map((t, seq) => {
    const present = walkers
      .map((walker, i) => ({ walker, id: i + 1, box: moved(walker, t) }))
      .filter(({ walker }) => t >= (walker.from ?? 0) && t < (walker.until ?? Number.POSITIVE_INFINITY));
    const detections: Detection[] = [];
    for (const { walker, box } of present) {
      const hidden = walker.hidden !== undefined && t >= walker.hidden[0] && t < walker.hidden[1];
      if (hidden || random.chance(faults.miss ?? 0)) continue;
      const score = random.chance(faults.lowScore ?? 0) ? random.between(0.12, 0.24) : random.between(0.6, 0.95);
      detections.push(detectionOf(shaken(box, faults.jitter ?? 0, random), score, walker.classId));
      if (random.chance(faults.twin ?? 0)) detections.push(detectionOf(shaken(box, 1, random), 0.7, walker.classId));
      if (random.chance(faults.duplicate ?? 0)) {
        detections.push(detectionOf(shaken(box, 12, random), random.between(0.12, 0.24), walker.classId));
      }
    }
    if (random.chance(faults.falseAlarm ?? 0)) {
      const [x, y] = [random.between(0, 1200), random.between(0, 600)];
      detections.push(detectionOf([x, y, x + 60, y + 90], random.between(0.3, 0.6)));
    }
    return { stamp: stampAt(seq, t), truth: present.map(({ id, box }) => ({ id, box })), detections };
  });
}

/** `count` times at a rate of `fps`, from 0. */
export function evenly(count: number, fps: number): number[] {
  return Array.from({ length: count }, (_, i) => i / fps);
}

/** Walkers on random paths that cross a lot; `haste` times as fast, and growing. */
export function crowd(count: number, seed: number, seconds: number, haste = 1): Walker[] {
  const random = new Random(seed, 77);
  return Array.from({ length: count }, () => {
    const [x, y] = [random.between(100, 1100), random.between(50, 500)];
    const height = random.between(60, 160);
    const from = random.chance(0.5) ? 0 : random.between(0, seconds / 2);
    return {
      box: [x, y, x + height * 0.45, y + height],
      speed: [random.between(-90, 90) * haste, random.between(-20, 20) * haste],
      growth: (haste - 1) * random.between(0, 12),
      from,
      until: random.chance(0.5) ? seconds : from + random.between(1, seconds),
    };
  });
}

function moved({ box, speed, growth = 0 }: Walker, t: number): Box {
  const [dx, dy] = [speed[0] * t, speed[1] * t];
  return [box[0] + dx, box[1] + dy, box[2] + dx + growth * t, box[3] + dy + growth * t];
}

function shaken([x1, y1, x2, y2]: Box, px: number, random: Random): Box {
  const shift = () => random.normal() * px;
  return [x1 + shift(), y1 + shift(), x2 + shift(), y2 + shift()];
}
