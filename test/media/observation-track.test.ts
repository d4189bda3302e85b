import { describe, expect, it } from 'vitest';
import type { Observation } from '#core/observation.js';
import { ObservationTrack } from '#media/observation-track.js';

async function* observe(times: readonly number[]): AsyncGenerator<Observation> {
  for (const [seq, pts] of times.entries()) {
    const detections = [{ box: [0, 0, 1, 1] as const, label: `at ${pts}`, classId: 0, score: 1 }];
    yield { stamp: { source: 'x', seq, pts, size: { width: 1, height: 1 } }, detections };
  }
}

async function shown(observed: readonly number[], frames: readonly number[]): Promise<string[]> {
  const track = new ObservationTrack(observe(observed));
  const labels: string[] = [];
  for (const pts of frames) labels.push((await track.at(pts))[0]?.label ?? '-');
  return labels;
}

describe('which observation a frame shows', () => {
  it.each([
    ['its own', [0, 1, 2], [0, 1, 2], ['at 0', 'at 1', 'at 2']],
    ['its own, rounded', [0.333333], [0.3333333], ['at 0.333333']],
    [
      'the last before it, where not all were looked at',
      [0, 3],
      [0, 1, 2, 3, 4, 5, 6],
      ['at 0', 'at 0', 'at 0', 'at 3', 'at 3', 'at 3', '-'],
    ],
    ['none before the first and after the last', [2, 3], [0, 1, 2, 3, 4, 5], ['-', '-', 'at 2', 'at 3', '-', '-']],
    ['none of none', [], [0, 1], ['-', '-']],
    ['only its own, of a single one', [1], [0, 1, 2], ['-', 'at 1', '-']],
    ['the newest of several that lie between two frames', [0, 0.2, 0.4], [0, 0.5], ['at 0', 'at 0.4']],
  ])('%s', async (_, observed, frames, labels) => expect(await shown(observed, frames)).toEqual(labels));
});
