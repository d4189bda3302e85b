import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainingRecord } from '#core/training-record.js';
import { TrainingRuns } from '#records/training-runs.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lookout-runs-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const record: TrainingRecord = {
  ...{ format: 1, name: 'street', architecture: 'tiny', parameters: 1e6, device: 'cpu', labels: ['car'] },
  ...{ train_pictures: 8, validation_pictures: 2, state: 'training', started_at: 1, updated_at: 2 },
  ...{ history: [], rollbacks: 0 },
  pictures: [{ file: '0-a.jpg', width: 4, height: 3, truths: [], detections: [] }],
};

/** Writes a run's folder and gives its path. */
function run(name: string, more: Partial<TrainingRecord> | string = {}): string {
  const folder = join(root, 'runs', name);
  mkdirSync(join(folder, 'pictures'), { recursive: true });
  const text = typeof more === 'string' ? more : JSON.stringify({ ...record, ...more });
  writeFileSync(join(folder, 'run.json'), text);
  writeFileSync(join(folder, 'pictures', '0-a.jpg'), 'jpeg');
  writeFileSync(join(folder, 'pictures', 'other.jpg'), 'not named by the record');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  return folder;
}

const runs = () => new TrainingRuns([join(root, 'runs')]);
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

describe('training runs', () => {
  it('are none where there is no folder', async () => {
    expect(await new TrainingRuns([join(root, 'nowhere')]).list()).toEqual([]);
    expect(await new TrainingRuns([]).list()).toEqual([]);
  });

  it('are found in a folder of runs, and in a run itself, the last word first', async () => {
    run('old', { updated_at: 5 });
    run('new', { updated_at: 9 });
    expect((await runs().list()).map((each) => each.run)).toEqual(['new', 'old']);
    const one = await new TrainingRuns([join(root, 'runs', 'old')]).list();
    expect(one).toEqual([{ run: 'old', record: { ...record, updated_at: 5 } }]);
  });

  it.each([
    ['is no JSON', '{"format":1,'],
    ['is of another format', { format: 2 as 1 }],
    ['lacks its history', JSON.stringify({ ...record, history: undefined })],
  ])('are passed over when the record %s', async (_, content) => {
    run('bad', content);
    run('good');
    expect((await runs().list()).map((each) => each.run)).toEqual(['good']);
    expect(await runs().read('bad')).toBeUndefined();
  });

  it('give the pictures that their record names', async () => {
    run('street');
    expect(text(await runs().picture('street', '0-a.jpg'))).toBe('jpeg');
  });

  it.each([
    ['street', 'other.jpg'],
    ['street', '../secret.txt'],
    ['street', '..%2fsecret.txt'],
    ['street', '/etc/passwd'],
    ['street', ''],
    ['../runs/street', '0-a.jpg'],
    ['..', '0-a.jpg'],
    ['nobody', '0-a.jpg'],
  ])('give nothing for %s and %s', async (name, file) => {
    run('street');
    expect(await runs().picture(name, file)).toBeUndefined();
  });

  it('give nothing that a record names outside of its pictures, nor through links', async () => {
    const names = ['../secret.txt', '..', 'link.jpg', 'folder.jpg'];
    const pictures = names.map((file) => ({ ...record.pictures[0]!, file }));
    const folder = run('street', { pictures });
    symlinkSync(join(folder, 'secret.txt'), join(folder, 'pictures', 'link.jpg'));
    mkdirSync(join(folder, 'pictures', 'folder.jpg'));
    for (const file of names) expect(await runs().picture('street', file), file).toBeUndefined();
  });

  it('are not read through a link in place of the record', async () => {
    const folder = run('street');
    mkdirSync(join(root, 'runs', 'linked'));
    symlinkSync(join(folder, 'run.json'), join(root, 'runs', 'linked', 'run.json'));
    symlinkSync(folder, join(root, 'runs', 'linked-folder'));
    expect((await runs().list()).map((each) => each.run)).toEqual(['street']);
  });
});
