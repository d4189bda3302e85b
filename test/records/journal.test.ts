import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '#records/journal.js';

interface State {
  readonly next: number;
}

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lookout-journal-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (resume: boolean) => openJournal<State>(join(directory, 'work'), ['records', 'explain'], resume);
const text = (name: string) => readFile(join(directory, 'work', `${name}.jsonl`), 'utf8');

describe('a journal', () => {
  it('starts empty and without a state', async () => {
    const { journal, state } = await open(true);
    expect(state).toBeUndefined();
    await journal.close();
    expect(await text('records')).toBe('');
  });

  it('holds the lines of its segments in order', async () => {
    const { journal } = await open(false);
    await journal.commit({ records: ['a', 'b'], explain: [] }, { next: 2 });
    await journal.commit({ records: ['é'], explain: ['why'] }, { next: 3 });
    await journal.close();
    expect(await text('records')).toBe('a\nb\né\n');
    expect(await text('explain')).toBe('why\n');
  });

  it('goes on after the last finished segment, whatever a kill left behind it', async () => {
    const first = await open(false);
    await first.journal.commit({ records: ['a'] }, { next: 1 });
    await first.journal.close();
    await appendFile(join(directory, 'work', 'records.jsonl'), '{"half a li');
    await appendFile(join(directory, 'work', 'explain.jsonl'), 'whole line without its progress\n');
    await writeFile(join(directory, 'work', 'progress.json.part'), '{"bytes":');
    const second = await open(true);
    expect(second.state).toEqual({ next: 1 });
    await second.journal.commit({ records: ['b'], explain: ['c'] }, { next: 2 });
    await second.journal.close();
    expect(await text('records')).toBe('a\nb\n');
    expect(await text('explain')).toBe('c\n');
  });

  it('forgets everything when it is not to resume', async () => {
    const first = await open(false);
    await first.journal.commit({ records: ['a'] }, { next: 1 });
    await first.journal.close();
    const second = await open(false);
    expect(second.state).toBeUndefined();
    await second.journal.close();
    expect(await text('records')).toBe('');
  });

  it('refuses to resume when finished lines are gone', async () => {
    const first = await open(false);
    await first.journal.commit({ records: ['abc'] }, { next: 1 });
    await first.journal.close();
    await truncate(join(directory, 'work', 'records.jsonl'), 2);
    await expect(open(true)).rejects.toThrow(/expected 4 bytes, found 2; run again without --resume/);
  });

  it('refuses a damaged progress file', async () => {
    const first = await open(false);
    await first.journal.commit({ records: ['abc'] }, { next: 1 });
    await first.journal.close();
    await writeFile(join(directory, 'work', 'progress.json'), '{"bytes":');
    await expect(open(true)).rejects.toMatchObject({ kind: 'output', message: expect.stringContaining('damaged') });
  });

  it('is gone when discarded', async () => {
    const { journal } = await open(false);
    await journal.discard();
    await expect(text('records')).rejects.toThrow(/ENOENT/);
  });

  it('knows only its own streams', async () => {
    const { journal } = await open(false);
    await expect(journal.commit({ other: ['a'] }, { next: 1 })).rejects.toThrow(RangeError);
    await journal.close();
  });
});
