import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookout } from '../support/lookout.js';
import { temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();

function written(name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** One object that walks to the right over ten frames, with the ids that it is given. */
const walk = (ids: readonly number[]): string[] => ids.map((id, at) => `${at + 1},${id},${10 * at},0,20,40,1,1,1`);
const STEADY = Array.from({ length: 10 }, () => 7);
const SWITCHED = STEADY.map((id, at) => (at < 5 ? id : id + 1));

/** The JSON lines of a run. */
async function scored(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await lookout(['score', ...args, '--json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('lookout score', () => {
  it('gives what agrees 1, and halves the identity of what is switched half-way', async () => {
    const truth = written('one/street.mot.txt', walk(STEADY));
    const same = await scored(written('one/same.mot.txt', walk(STEADY)), '--truth', truth);
    expect(same).toMatchObject([
      { sequence: 'street', frames: 10, HOTA: 1, MOTA: 1, IDF1: 1, ids: { truths: 1, predicted: 1 } },
    ]);
    const [other] = await scored(written('one/switched.mot.txt', walk(SWITCHED)), '--truth', truth);
    expect(other).toMatchObject({ MOTA: 0.9, IDF1: 0.5, idSwitches: 1, ids: { truths: 1, predicted: 2 } });
    expect(other!.HOTA).toBeCloseTo(Math.sqrt(0.5), 12); // DetA 1, AssA 0.5
  });

  it("pairs a benchmark's folders with results by name, counts the length that it states, and adds them up", async () => {
    for (const [name, ids] of Object.entries({ 'MOT17-02': STEADY, 'MOT17-04': SWITCHED })) {
      written(`bench/${name}/gt/gt.txt`, walk(STEADY));
      written(`bench/${name}/seqinfo.ini`, ['[Sequence]', `name=${name}`, 'seqLength=12']);
      written(`results/${name}.txt`, walk(ids));
    }
    const rows = await scored(join(folder, 'results'), '--truth', join(folder, 'bench'), '--rules', 'MOT17');
    expect(rows).toMatchObject([
      { sequence: 'MOT17-02', frames: 12, IDF1: 1 },
      { sequence: 'MOT17-04', frames: 12, IDF1: 0.5 },
      { sequence: 'all', frames: 24, IDF1: 0.75, ids: { truths: 2, predicted: 3 } },
    ]);
  });

  it('prints a line a sequence, and finds what detect and dataset render have written', async () => {
    written('truths/street.mot.txt', walk(STEADY));
    written('out/street.mp4.mot.txt', walk(STEADY));
    const { stdout } = await lookout(['score', join(folder, 'out'), '--truth', join(folder, 'truths')]);
    expect(stdout).toMatch(/^sequence +HOTA +DetA .*\nstreet +1\.000 +1\.000 .* 0 +0 +1 +1\n$/);
  });

  it('takes a found object that is marked 0 as neither right nor wrong, unless it is told otherwise', async () => {
    const truth = written('marked/truth.txt', [...walk(STEADY), '3,9,500,0,20,40,0,1,1']);
    const result = written('marked/result.txt', [...walk(STEADY), '3,1,500,0,20,40,1']);
    expect(await scored(result, '--truth', truth)).toMatchObject([{ falsePositives: 0, falseNegatives: 0 }]);
    expect(await scored(result, '--truth', truth, '--rules', 'plain')).toMatchObject([{ falsePositives: 1 }]);
  });

  it.each([
    ['a file that is not there', ['none.txt'], /none\.txt: cannot be read/],
    ['a file beside a folder', ['bad', '--truth', 'bad/good.mot.txt'], /expected two files or two folders/],
    ['lines that are none', ['bad/lines.txt'], /lines\.txt:2: expected at least 6 columns, got 3/],
    ['boxes without identity', ['bad/loose.txt'], /loose\.txt: frame 2 has a box without identity .*--track/],
    [
      'a folder without truths',
      ['results', '--truth', 'empty'],
      /no truths; expected NAME\/gt\/gt\.txt or NAME\.mot\.txt/,
    ],
    [
      'two results of one sequence',
      ['twins', '--truth', 'bad'],
      /good\.txt: .*good\.mp4\.mot\.txt is a result of good too/,
    ],
    ['a sequence without result', ['empty', '--truth', 'bad'], /no result for good; expected good\.txt/],
  ])('refuses %s', async (_, [result, flag, truth = 'bad/good.mot.txt'], message) => {
    written('bad/good.mot.txt', walk(STEADY));
    written('bad/lines.txt', ['1,1,0,0,20,40', '1,2,3']);
    written('bad/loose.txt', ['1,1,0,0,20,40', '2,-1,0,0,20,40']);
    for (const name of ['good.txt', 'good.mp4.mot.txt']) written(`twins/${name}`, walk(STEADY));
    mkdirSync(join(folder, 'empty'), { recursive: true });
    mkdirSync(join(folder, 'results'), { recursive: true });
    const args = [join(folder, result!), flag ?? '--truth', join(folder, truth)];
    const { code, stderr, stdout } = await lookout(['score', ...args]);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([1, '']);
  });
});
