import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainingRecord } from '#core/training-record.js';
import { TrainingRuns } from '#records/training-runs.js';
import { RunRecorder } from '#training/record/run-recorder.js';
import type { StepEvent, TrainingEvent } from '#training/run/events.js';

let root: string;
let now: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lookout-record-'));
  now = 1_000_000;
});
afterEach(() => rmSync(root, { recursive: true }));

const started = {
  ...{ kind: 'started', name: 'street', architecture: 'tiny', parameters: 5, labels: ['car'], device: 'cpu' },
  ...{ trainPictures: 3, validationPictures: 1, anchors: [], bestPossibleRecall: 1, resumedSteps: 0, notes: [] },
} as const satisfies TrainingEvent;
const step = (epoch: number, more: Partial<StepEvent> = {}): StepEvent => ({
  ...{ kind: 'step', epoch, epochs: 9, step: 2, stepsPerEpoch: 4, losses: { total: 9 - epoch }, rate: 0.01, size: 64 },
  ...{ picturesPerSecond: 7, waitShare: 0, secondsLeft: 60, memoryMb: 100, progress: 0.1, ...more },
});
const ended = { kind: 'ended', reason: 'time', epochs: 2, steps: 8, seconds: 5, leftOut: 0, best: undefined } as const;
const recorder = (resume = false) => new RunRecorder(join(root, 'street'), { resume, now: () => now });
const written = () => JSON.parse(readFileSync(join(root, 'street', 'run.json'), 'utf8')) as TrainingRecord;

describe('the record of a run', () => {
  it('says where the run stands, every two seconds at most, and its last word always', async () => {
    const record = recorder();
    record.tell(started);
    await record.close();
    expect(written()).toMatchObject({ state: 'training', name: 'street', history: [] });
    now += 500;
    record.tell(step(0));
    await record.close();
    expect(written().now).toBeUndefined();
    now += 2000;
    record.tell(step(0, { step: 3 }));
    await record.close();
    expect(written().now).toMatchObject({ epoch: 0, step: 3, seconds_left: 60, losses: { total: 9 } });
    record.tell(step(0, { step: 4 }));
    record.tell(ended);
    await record.close();
    expect(written()).toMatchObject({ state: 'finished', reason: 'time', now: { step: 4 } });
  });

  it('takes an epoch into its history as soon as it is over, once', async () => {
    const record = recorder();
    record.tell(started);
    for (const epoch of [0, 0, 1, 1, 2]) record.tell(step(epoch));
    record.tell(ended);
    await record.close();
    expect(written().history.map(({ epoch, losses }) => [epoch, losses.total])).toEqual([
      [0, 9],
      [1, 8],
    ]);
  });

  it('holds what is found in held-out pictures now, from the threshold on, and the pictures', async () => {
    const file = join(root, 'a b.png');
    const solid = { width: 20, height: 10, channels: 3, background: '#808080' } as const;
    await sharp({ create: solid }).png().toFile(file);
    const record = recorder();
    record.tell(started);
    const found = [0.3, 0.6, 0.5].map((score) => ({ classId: 0, score, box: [1.04, 2, 3, 4] as const }));
    const look = {
      ...{ AP: 0.2, AP50: 0.4 },
      pictures: [{ truths: [{ classId: 0, box: [0, 0, 5, 5] as const }], detections: found }],
      samples: [{ file, size: { width: 20, height: 10 }, annotations: [] }],
    };
    const epoch = { epoch: 3, losses: { total: 1 }, rate: 0.1, size: 64, trainedSeconds: 12, AP: 0.2, AP50: 0.4 };
    await record.looked(look, [epoch], 0.5);
    await record.close();
    const { pictures, best, history } = written();
    expect(pictures).toEqual([
      {
        ...{ file: '0-a-b.jpg', width: 20, height: 10, truths: [{ class_id: 0, box: [0, 0, 5, 5] }] },
        detections: [0.6, 0.5].map((score) => ({ class_id: 0, score, box: [1, 2, 3, 4] })),
      },
    ]);
    expect([best, history[0]!.trained_seconds]).toEqual([{ epoch: 3, AP: 0.2, AP50: 0.4 }, 12]);
    const jpeg = await new TrainingRuns([root]).picture('street', '0-a-b.jpg');
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 20, height: 10 });
  });

  it('goes on where an earlier sitting ended, and begins anew for another run', async () => {
    const first = recorder();
    first.tell(started);
    for (const epoch of [0, 1]) first.tell(step(epoch));
    first.tell({ ...ended, reason: 'interrupted' });
    await first.close();
    expect(written()).toMatchObject({ state: 'interrupted', history: [{ epoch: 0 }] });
    const second = recorder(true);
    second.tell(started);
    await second.close();
    expect(written()).toMatchObject({ state: 'training', history: [{ epoch: 0 }] });
    const other = recorder();
    other.tell(started);
    await other.close();
    expect(written().history).toEqual([]);
  });

  it('says what went wrong, instead of training for ever', async () => {
    const record = recorder();
    record.tell(started);
    record.tell(step(0));
    record.failed('a loader thread died; go on from the last checkpoint with --resume');
    await record.close();
    const { state, reason } = written();
    expect(state).toBe('failed');
    expect(reason).toMatch(/thread died; go on/);
    expect(await new TrainingRuns([root]).read('street')).toMatchObject({ state: 'failed' });
  });

  it('never stops a run because it cannot be written', async () => {
    writeFileSync(join(root, 'street'), 'a file where the folder should be');
    const record = recorder();
    record.tell(started);
    record.tell(ended);
    await expect(record.close()).resolves.toBeUndefined();
    expect(existsSync(join(root, 'street', 'run.json'))).toBe(false);
  });
});
