import { expect } from 'vitest';
import type { Card } from '#core/card.js';
import type { RawOutput, Tensor } from '#core/tensor.js';
import { type ExamineOptions, examine } from '#runtime/examine.js';
import type { Probe } from '#runtime/probe.js';
import { decode } from '#vision/decode.js';
import type { TinyModel } from './tiny-models.js';

// What tests of exported files share: a test inference, and the boxes that a card reads out of it.

export interface Found {
  readonly box: readonly number[];
  readonly score: number;
  readonly classId: number;
  /** x, y and visibility. */
  readonly landmarks?: readonly (readonly number[])[];
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
export const corners = (x: number, y: number, w: number, h: number) => [x - w / 2, y - h / 2, x + w / 2, y + h / 2];

export function noted(model: TinyModel, entries: Readonly<Record<string, string>>): TinyModel {
  for (const [key, value] of Object.entries(entries)) model.metadata.set(key, value);
  return model;
}

/** The outputs for a picture of noise, in the graph's order. */
export async function outputsOf(model: TinyModel, probe: Probe, options: ExamineOptions = {}): Promise<RawOutput> {
  const { outputs, values } = await examine(model.file(), probe, options);
  return new Map(outputs.map(({ name, dims }): [string, Tensor] => [name, { dims, data: values.get(name)! }]));
}

export function decoded(card: Card, outputs: RawOutput, floor: number): Found[] {
  const { count, boxes, scores, classIds, landmarks, landmarkCount: k } = decode(card, outputs, floor);
  return Array.from({ length: count }, (_, at) => ({
    box: [...boxes.subarray(4 * at, 4 * at + 4)],
    score: scores[at]!,
    classId: classIds[at]!,
    ...(k > 0 && {
      landmarks: Array.from({ length: k }, (_, j) => [...landmarks.subarray(3 * (at * k + j), 3 * (at * k + j) + 3)]),
    }),
  }));
}

/** The same candidates in the same order; too few of them would prove nothing. */
export function expectSame(found: readonly Found[], expected: readonly Found[], atLeast = 10): void {
  expect(expected.length).toBeGreaterThan(atLeast);
  expect(found).toHaveLength(expected.length);
  for (const [at, { box, score, classId, landmarks }] of expected.entries()) {
    expect(found[at]!.classId).toBe(classId);
    expect(found[at]!.score).toBeCloseTo(score, 5);
    expect(found[at]!.landmarks?.length).toBe(landmarks?.length);
    const numbers = [...box, ...(landmarks ?? []).flat()];
    const ours = [...found[at]!.box, ...(found[at]!.landmarks ?? []).flat()];
    for (const [side, value] of numbers.entries()) expect(ours[side]).toBeCloseTo(value, 2);
  }
}
