import { describe, expect, it } from 'vitest';
import { TrainView } from '#commands/train-view.js';
import type { StepEvent, ValidatedEvent } from '#training/run/events.js';

const step: StepEvent = {
  kind: 'step',
  epoch: 2,
  epochs: 100,
  step: 41,
  stepsPerEpoch: 106,
  losses: { box: 0.0412, total: 0.1 },
  rate: 0.002,
  size: 320,
  picturesPerSecond: 98.4,
  waitShare: 0.004,
  secondsLeft: 723,
  memoryMb: 612.3,
  progress: 0.024,
};
const validated: ValidatedEvent = {
  kind: 'validated',
  epoch: 2,
  epochs: 100,
  losses: { box: 0.04, total: 0.1 },
  AP: 0.1234,
  AP50: 0.3456,
  isBest: true,
  rate: 0.002,
  trainedSeconds: 75,
  pictures: 485,
};

/** Back to the start of the line, and away with what is there. */
const CLEAR = '\r\u001b[K';

function viewOn(options: { isTTY?: boolean; columns?: number; json?: boolean; quiet?: boolean }) {
  let text = '';
  let now = 0;
  const output = { write: (part: string) => (text += part), ...options };
  const view = new TrainView({ output, ...options, now: () => now });
  return { view, text: () => text, wait: (seconds: number) => (now += seconds) };
}

describe('the view of a training run', () => {
  it('writes a plain line now and then without a terminal, and each epoch', () => {
    const { view, text, wait } = viewOn({});
    view.show(step);
    view.show({ ...step, step: 42 });
    wait(30);
    view.show({ ...step, step: 43 });
    view.show(validated);
    expect(text().split('\n')).toEqual([
      'epoch 3/100 step 41/106, 12:03 left, box 0.0412, 98 pictures/s, 320 px, rate 2.0e-3, wait 0.4 %, 612 MB',
      'epoch 3/100 step 43/106, 12:03 left, box 0.0412, 98 pictures/s, 320 px, rate 2.0e-3, wait 0.4 %, 612 MB',
      'epoch   3/100  AP50 0.346  AP 0.123 best  box 0.0400  rate 2.0e-3  1:15',
      '',
    ]);
  });

  it('redraws one line on a terminal, never wider than it, and clears it before other lines', () => {
    const { view, text } = viewOn({ isTTY: true, columns: 60 });
    view.show(step);
    expect(text().slice(0, 4)).toBe(CLEAR);
    expect(text()).toHaveLength(4 + 59);
    expect(text()).not.toContain('\n');
    view.show(validated);
    expect(text()).toContain(`…${CLEAR}epoch   3/100`);
    view.show({ kind: 'busy', text: 'looking at 485 held-out pictures' });
    expect(text()).toMatch(/looking at 485 held-out pictures \.\.\.$/);
    view.end();
    view.end();
    expect(text().endsWith(`1:15\n${CLEAR}looking at 485 held-out pictures ...${CLEAR}`)).toBe(true);
  });

  it('leaves out what is not known yet', () => {
    const { view, text } = viewOn({});
    view.show({ ...step, epochs: undefined, secondsLeft: undefined, picturesPerSecond: 0 });
    expect(text()).toBe('epoch 3 step 41/106, box 0.0412, 320 px, rate 2.0e-3, wait 0.4 %, 612 MB\n');
  });

  it('writes JSON for programs, and nothing when quiet', () => {
    const json = viewOn({ json: true });
    json.view.show(step);
    json.view.show(step);
    json.view.show(validated);
    expect(
      json
        .text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).event),
    ).toEqual(['step', 'validated']);
    const quiet = viewOn({ quiet: true });
    quiet.view.show(validated);
    quiet.view.show({ kind: 'busy', text: 'looking' });
    expect(quiet.text()).toBe('');
  });

  it('says what was taken back, and why a run ended', () => {
    const { view, text } = viewOn({});
    view.show({ kind: 'rolled-back', step: 7, parts: ['box NaN'], pictures: ['a.jpg'], rateFactor: 0.5 });
    view.show({
      kind: 'ended',
      reason: 'time',
      epochs: 3,
      steps: 318,
      seconds: 61,
      leftOut: 3,
      best: { epoch: 1, AP: 0.2, AP50: 0.4 },
    });
    expect(text()).toBe(
      'step 7: box NaN; taken back, learning rate times 0.5; pictures: a.jpg\n' +
        '3 targets found no room in their step and were left out\n' +
        'the time is up after 3 epochs, 318 steps, 1:01; best AP50 0.400, AP 0.200 in epoch 2\n',
    );
  });

  it('says how to go on with a run that was interrupted', () => {
    const { view, text } = viewOn({});
    view.show({
      ...{ kind: 'ended', reason: 'interrupted', epochs: 1, steps: 1, seconds: 61, leftOut: 0, best: undefined },
    });
    expect(text()).toBe('interrupted after 1 epoch, 1 step, 1:01; go on with --resume\n');
  });
});
