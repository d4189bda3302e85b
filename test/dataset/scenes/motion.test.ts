import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { BONES, ridePose, walkPose } from '#dataset/scenes/models/pose.js';
import { CYCLE, cycleDistance, distanceAt, distanceToStop, onBelt } from '#dataset/scenes/traffic/flow.js';
import {
  alongSegment,
  applyTo,
  nest,
  rotatedX,
  rotatedY,
  rotatedZ,
  scaled,
  translated,
} from '#dataset/scenes/transform.js';
import { lengthOf, subtract, type Vector } from '#dataset/scenes/vector.js';

const distance = (a: Vector, b: Vector): number => lengthOf(subtract(a, b));

describe('flow', () => {
  it.each([true, false])('never jumps and never goes back (stops: %s)', (stops) => {
    const flow = { speed: 8, stops };
    for (let t = -40; t < 80; t += 0.05) {
      const step = distanceAt(flow, t + 0.05) - distanceAt(flow, t);
      expect(step).toBeGreaterThanOrEqual(-1e-9);
      expect(step).toBeLessThan(8 * 0.05 + 1e-6);
    }
    expect(distanceAt(flow, 3 * CYCLE)).toBeCloseTo(3 * cycleDistance(flow), 9);
  });

  it('stands where it says', () => {
    const flow = { speed: 8, stops: true };
    expect(distanceAt(flow, 18)).toBeCloseTo(distanceToStop(flow), 9);
    expect(distanceAt(flow, 22)).toBeCloseTo(distanceToStop(flow), 9);
  });

  it.each([
    [0, 0, 0],
    [99, 99, 0],
    [100, 0, 1],
    [250, 50, 2],
    [-1, 99, -1],
  ])('carries %d m on a belt of 100 m to %d, round %d', (metres, at, round) => {
    expect(onBelt(metres, 100)).toEqual({ at, round });
  });
});

describe('poses', () => {
  it('stand on the ground with one foot and never sink in, and bones keep their length', () => {
    for (let n = 0; n < 60; n++) {
      const random = new Random(1, n);
      const pose = walkPose(random.between(0, 7), { stride: random.between(0, 0.46), arms: 1, lean: 0.05, elbow: 0.3 });
      const soles = pose.ankles.map((ankle) => ankle[2] - BONES.ankle);
      expect(Math.min(...soles)).toBeGreaterThan(-0.001);
      expect(Math.min(...soles)).toBeLessThan(0.17);
      for (const side of [0, 1] as const) {
        expect(distance(pose.hips[side], pose.knees[side])).toBeCloseTo(BONES.thigh, 6);
        expect(distance(pose.knees[side], pose.ankles[side])).toBeCloseTo(BONES.shin, 6);
        expect(distance(pose.elbows[side], pose.wrists[side])).toBeCloseTo(BONES.forearm, 6);
      }
      expect(pose.head[2]).toBeGreaterThan(1.4);
    }
  });

  it('put hands on the grips and feet on the pedals of a bicycle', () => {
    const grips: [Vector, Vector] = [
      [0.36, 0.25, 1.02],
      [0.36, -0.25, 1.02],
    ];
    const pedals: [Vector, Vector] = [
      [0.1, 0.11, 0.28],
      [-0.2, -0.11, 0.28],
    ];
    const pose = ridePose({ seat: [-0.2, 0, 0.93], grips, pedals, lean: 0.4, scale: 1 });
    for (const side of [0, 1] as const) {
      expect(distance(pose.wrists[side], grips[side])).toBeLessThan(0.08);
      expect(distance(pose.ankles[side], pedals[side])).toBeLessThan(0.12);
      expect(pose.knees[side][0]).toBeGreaterThan(pose.hips[side][0]);
    }
  });
});

describe('transforms', () => {
  it('nest as applied one after another', () => {
    const maps = [translated(1, 2, 3), rotatedZ(0.7), rotatedY(-0.4), rotatedX(1.1), scaled(2, 3, 0.5)];
    const point: Vector = [0.3, -0.8, 1.2];
    const expected = [...maps].reverse().reduce((at, map) => applyTo(map, at), point);
    applyTo(nest(...maps), point).forEach((value, n) => {
      expect(value).toBeCloseTo(expected[n]!, 12);
    });
  });

  it('stretch the unit segment from one point to another', () => {
    const [from, to]: [Vector, Vector] = [
      [1, 2, 3],
      [2, 0, 4],
    ];
    const map = alongSegment(from, to, [1, 0, 0]);
    applyTo(map, [0, 0, 0]).forEach((value, n) => {
      expect(value).toBeCloseTo(from[n]!, 12);
    });
    applyTo(map, [0, 0, 1]).forEach((value, n) => {
      expect(value).toBeCloseTo(to[n]!, 12);
    });
    expect(distance(applyTo(map, [1, 0, 0]), from)).toBeCloseTo(1, 12);
  });
});
