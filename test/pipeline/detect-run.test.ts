import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import type { DetectInput } from '#pipeline/detect-input.js';
import { type DetectRun, detectRun, type RunProgress } from '#pipeline/detect-run.js';
import { trackedDetection } from '#pipeline/tracked-detection.js';
import { fakeEngine, fakeSource } from '../support/fakes.js';

let output: string;
beforeEach(async () => {
  output = await mkdtemp(join(tmpdir(), 'lookout-run-'));
});
afterEach(() => rm(output, { recursive: true, force: true }));

const silent: RunProgress = { begins: () => ({ opened: () => {}, frame: () => {} }), ends: () => {} };

function video(name: string, count: number, options: { fault?: Error; sha256?: string } = {}): DetectInput {
  return {
    label: name,
    name,
    pictures: false,
    sha256: options.sha256 ?? 'a',
    open: async (last) =>
      fakeSource(count, { name, from: last?.seq ?? 0, ...(options.fault && { fault: options.fault }) }),
  };
}

function run(inputs: readonly DetectInput[], options: Partial<DetectRun> = {}): DetectRun {
  return {
    inputs,
    engine: fakeEngine(),
    detection: {},
    explain: false,
    formats: ['jsonl', 'csv', 'coco', 'mot', 'yolo'],
    output,
    resume: false,
    signal: new AbortController().signal,
    settings: { score: 0.25 },
    ...options,
  };
}

/** Every file below the output directory with its content. */
async function files(): Promise<Record<string, string>> {
  const names = await readdir(output, { recursive: true, withFileTypes: true });
  const found: Record<string, string> = {};
  for (const entry of names.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    found[path.slice(output.length + 1)] = await readFile(path, 'utf8');
  }
  return found;
}

describe('a detect run', () => {
  it('writes one record per frame, those without detections too, and a manifest', async () => {
    const outcomes = await detectRun(run([video('a.mp4', 7)]), silent);
    expect(outcomes).toMatchObject([{ input: 'a.mp4', frames: 7, detections: 6, faults: [] }]);
    const all = await files();
    const records = all['a.mp4.jsonl']!.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.map(({ seq, detections }) => [seq, detections.length])).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((seq) => [seq, seq % 3]),
    );
    expect(records[1].detections[0]).toEqual({ label: 'person', class_id: 0, score: 0.9, box: [2, 10, 42, 80] });
    expect(JSON.parse(all['manifest.json']!)).toMatchObject({ score: 0.25, inputs: outcomes });
    expect(Object.keys(all).filter((name) => name.startsWith('.lookout'))).toEqual([]);
  });

  it.each([0, 1, 5, 29])('resumed after a failure of the model at call %i gives the same bytes', async (failAt) => {
    const inputs = [video('a.mp4', 12), video('b.mp4', 18)];
    await detectRun(run(inputs, { tracking: {} }), silent);
    const expected = await files();
    await rm(output, { recursive: true });
    const engine = fakeEngine({ failAt: failAt + 1 });
    await expect(detectRun(run(inputs, { tracking: {}, engine }), silent)).rejects.toThrow('told to fail');
    await detectRun(run(inputs, { tracking: {}, resume: true }), silent);
    expect(await files()).toEqual(expected);
  });

  it('keeps a track through scores below what is shown, as watching does, and begins none there', async () => {
    // Frame 4 is faint, and so is every frame from 19 on: another object by then, for nothing was there in between.
    const engine = fakeEngine({ scoreAt: (seq) => (seq === 4 || seq >= 19 ? 0.3 : 0.9) });
    const shown = trackedDetection({ labels: ['person'], score: 0.5 }, engine.card, 'bytetrack');
    const walk: DetectInput = {
      ...video('a.mp4', 0),
      open: async () => fakeSource(30, { boxesAt: (seq) => (seq < 8 || seq >= 19 ? 2 : 0) }),
    };
    const seen: [number, number | undefined][] = [];
    await detectRun(
      run([walk], { engine, ...shown, tracking: { ...shown.tracking, maxLost: 0.2 }, explain: true }),
      silent,
    );
    const all = await files();
    for (const line of all['a.mp4.jsonl']!.trim().split('\n')) {
      const { seq, detections } = JSON.parse(line) as { seq: number; detections: { track_id?: number }[] };
      for (const { track_id } of detections) seen.push([seq, track_id]);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((seq) => [seq, 1]));
    // The car beside each person is explained where it is above the threshold, not where it is among what only tracks see.
    const explained = [...all['a.mp4.explain.jsonl']!.matchAll(/"score":([\d.]+)/g)].map(([, score]) => Number(score));
    expect(explained).toEqual(Array.from({ length: 7 }, () => 0.8));
  });

  it('does not work again on what is finished', async () => {
    const engine = fakeEngine({ failAt: 15 });
    const inputs = [video('a.mp4', 12), video('b.mp4', 18)];
    await expect(detectRun(run(inputs, { engine }), silent)).rejects.toThrow();
    const begun: [string, boolean][] = [];
    const progress = {
      ...silent,
      begins: (input: DetectInput, done: boolean) => {
        begun.push([input.name, done]);
        return silent.begins(input, done);
      },
    };
    const second = fakeEngine();
    await detectRun(run(inputs, { engine: second, resume: true }), progress);
    expect(begun).toEqual([
      ['a.mp4', true],
      ['b.mp4', false],
    ]);
    expect(second.calls).toBeLessThanOrEqual(18);
  });

  it('starts an input over when the file has changed', async () => {
    const engine = fakeEngine({ failAt: 9 });
    await expect(detectRun(run([video('a.mp4', 12)], { engine }), silent)).rejects.toThrow();
    const second = fakeEngine();
    await detectRun(run([video('a.mp4', 12, { sha256: 'changed' })], { engine: second, resume: true }), silent);
    expect(second.calls).toBe(12);
  });

  it('refuses to resume with other settings and names them', async () => {
    await expect(detectRun(run([video('a.mp4', 12)], { engine: fakeEngine({ failAt: 9 }) }), silent)).rejects.toThrow();
    const again = detectRun(run([video('a.mp4', 12)], { resume: true, settings: { score: 0.3 } }), silent);
    await expect(again).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('(score)') });
  });

  it('keeps the results of what came before a fault of the source, and goes on with the next input', async () => {
    const fault = new LookoutError('source', 'a.mp4: truncated');
    const outcomes = await detectRun(run([video('a.mp4', 5, { fault }), video('b.mp4', 3)]), silent);
    expect(outcomes[0]).toMatchObject({ frames: 5, faults: ['a.mp4: truncated; the results of 5 frames are kept'] });
    expect(outcomes[1]).toMatchObject({ frames: 3, faults: [] });
    expect((await files())['a.mp4.jsonl']!.split('\n')).toHaveLength(6);
  });

  it('notes an input of which nothing can be read', async () => {
    const fault = new LookoutError('source', 'a.mp4: no video');
    const outcomes = await detectRun(run([video('a.mp4', 0, { fault }), video('b.mp4', 3)]), silent);
    expect(outcomes[0]).toMatchObject({ frames: 0, faults: ['a.mp4: no video'], results: [] });
    expect(Object.keys(await files()).filter((name) => name.startsWith('a.mp4'))).toEqual([]);
  });

  it('stops at a signal, keeps its journal, and is resumed to the same bytes', async () => {
    await detectRun(run([video('a.mp4', 40)]), silent);
    const expected = await files();
    await rm(output, { recursive: true });
    const controller = new AbortController();
    const frame = ({ frames }: { frames: number }) => {
      if (frames === 11) controller.abort(new Error('stopped'));
    };
    const progress = { ...silent, begins: () => ({ opened: () => {}, frame }) };
    await expect(detectRun(run([video('a.mp4', 40)], { signal: controller.signal }), progress)).rejects.toThrow(
      'stopped',
    );
    const engine = fakeEngine();
    await detectRun(run([video('a.mp4', 40)], { resume: true, engine }), silent);
    expect(engine.calls).toBe(29);
    expect(await files()).toEqual(expected);
  });

  it('starts over without --resume', async () => {
    await expect(detectRun(run([video('a.mp4', 12)], { engine: fakeEngine({ failAt: 9 }) }), silent)).rejects.toThrow();
    const engine = fakeEngine();
    await detectRun(run([video('a.mp4', 12)], { engine }), silent);
    expect(engine.calls).toBe(12);
  });

  it('writes why candidates were dropped', async () => {
    await detectRun(run([video('a.mp4', 4)], { explain: true, detection: { labels: ['car'] } }), silent);
    const lines = (await files())
      ['a.mp4.explain.jsonl']!.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { seq: 1, dropped: [{ label: 'person', reason: 'class' }] },
      { seq: 2, dropped: [{ label: 'person', reason: 'class' }] },
    ]);
  });

  it('says in one line that the output directory cannot be made', async () => {
    await writeFile(join(output, 'file'), '');
    const job = detectRun(run([video('a.mp4', 1)], { output: join(output, 'file') }), silent);
    await expect(job).rejects.toMatchObject({ kind: 'output' });
  });
});
