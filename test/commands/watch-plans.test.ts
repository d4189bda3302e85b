import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cameraPlans, plainPlan } from '#commands/watch-plans.js';
import { loadSettings } from '#config/load.js';
import type { Card } from '#core/card.js';
import { detectionFor } from '#pipeline/tracked-detection.js';

const street = JSON.parse(readFileSync('models/street/card.json', 'utf8')) as Card;
const card: Card = { ...street, thresholds: { score: 0.3, perClass: { person: 0.4, car: 0.5 } } };

function planOf(env: Record<string, string> = {}) {
  const loaded = loadSettings({ file: 'config/lookout.yaml', env });
  return cameraPlans(loaded, ['gate=street.mp4'], card)[0]!;
}

it('a camera that the page adds is watched as such, one of the configuration is not', () => {
  const loaded = loadSettings({ file: 'config/lookout.yaml', env: {} });
  expect(plainPlan('gate', 'rtsp://cam/1', { loaded, card }).fromPage).toBe(true);
  expect(planOf().fromPage).toBeUndefined();
});

describe('the scores of a camera', () => {
  it("are those of the model's card for each class: tracks begin there, lower ones keep them alive", () => {
    const plan = planOf();
    expect(plan.tracking).toMatchObject({ newScore: 0.3, highScore: 0.3, newScores: { person: 0.4, car: 0.5 } });
    expect(detectionFor(plan)).toMatchObject({ score: 0.1, scores: { person: 0.1, car: 0.1 } });
  });

  it.each(['none', 'sort'])('let nothing else through where low scores are of no use (%s)', (tracker) => {
    expect(detectionFor(planOf({ LOOKOUT_LIVE_TRACKER: tracker }))).toMatchObject({
      score: 0.3,
      scores: { person: 0.4, car: 0.5 },
    });
  });

  it('are the one that somebody chose, for all classes', () => {
    const { tracking } = planOf({ LOOKOUT_SUPPRESSION_SCORE: '0.6' });
    expect(tracking).toMatchObject({ newScore: 0.6, highScore: 0.6, newScores: {} });
  });
});
