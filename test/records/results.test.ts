import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObservationRecord } from '#core/record.js';
import { makeFolder } from '#records/files.js';
import { FORMATS, publish, readRecords } from '#records/results.js';

const labels = ['person', 'traffic "light", red'];
const records: ObservationRecord[] = [
  {
    source: 'street.mp4',
    seq: 0,
    pts: 0,
    frame: { width: 200, height: 100 },
    detections: [
      { label: labels[0]!, class_id: 0, score: 0.9, box: [10, 20, 50.55, 80] },
      { label: labels[1]!, class_id: 1, score: 0.25, box: [0, 0, 200, 100], track_id: 7 },
    ],
  },
  { source: 'street.mp4', seq: 1, pts: 0.04, frame: { width: 200, height: 100 }, detections: [] },
];

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lookout-results-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function written(
  list: readonly ObservationRecord[],
  pictures = false,
): Promise<(name: string) => Promise<string>> {
  const journal = join(directory, 'records.jsonl');
  await writeFile(journal, list.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await publish({ journal, base: join(directory, 'out', 'street.mp4'), formats: FORMATS, labels, pictures });
  return (name) => readFile(join(directory, 'out', name), 'utf8');
}

describe('the result files', () => {
  it('hold every record in JSONL, frames without detections too', async () => {
    await written(records);
    const back: ObservationRecord[] = [];
    for await (const record of readRecords(join(directory, 'out', 'street.mp4.jsonl'))) back.push(record);
    expect(back).toEqual(records);
  });

  it('hold one line per detection in CSV, quoted as RFC 4180 says', async () => {
    const read = await written(records);
    expect(await read('street.mp4.csv')).toBe(
      'source,seq,pts,class_id,label,score,x1,y1,x2,y2,track_id\r\n' +
        'street.mp4,0,0,0,person,0.9,10,20,50.55,80,\r\n' +
        'street.mp4,0,0,1,"traffic ""light"", red",0.25,0,0,200,100,7\r\n',
    );
  });

  it('count frames from 1 in MOT text and give -1 to what has no track', async () => {
    const read = await written(records);
    expect(await read('street.mp4.mot.txt')).toBe('1,-1,10,20,40.55,60,0.9,-1,-1,-1\n1,7,0,0,200,100,0.25,-1,-1,-1\n');
  });

  it('are one COCO document whose ids agree', async () => {
    const read = await written(records);
    const { images, annotations, categories } = JSON.parse(await read('street.mp4.coco.json'));
    expect(categories).toEqual([
      { id: 1, name: labels[0] },
      { id: 2, name: labels[1] },
    ]);
    expect(images).toHaveLength(2);
    expect(annotations[0]).toMatchObject({ id: 1, image_id: 1, category_id: 1, bbox: [10, 20, 40.55, 60], area: 2433 });
    expect(annotations[1]).toMatchObject({ id: 2, image_id: 1, category_id: 2, track_id: 7 });
  });

  it('have one YOLO label file per frame, empty ones too, in fractions of the frame', async () => {
    const read = await written(records);
    expect((await readdir(join(directory, 'out', 'street.mp4.yolo'))).sort()).toEqual([
      '000000.txt',
      '000001.txt',
      'classes.txt',
    ]);
    expect(await read('street.mp4.yolo/000001.txt')).toBe('');
    const values = (await read('street.mp4.yolo/000000.txt')).split('\n')[0]!.split(' ').map(Number);
    expect(values).toEqual([0, 0.151375, 0.5, 0.20275, 0.6, 0.9]);
  });

  it('keep the names of pictures in YOLO, and tell equal ones apart', async () => {
    const pictures = ['a/cat.jpg', 'b/cat.jpg', 'classes.png'].map((source, seq) => ({ ...records[1]!, source, seq }));
    await written(pictures, true);
    const files = await readdir(join(directory, 'out', 'street.mp4.yolo'));
    expect(files.sort()).toEqual(['cat-2.txt', 'cat.txt', 'classes-2.txt', 'classes.txt']);
  });

  it('are valid when nothing was observed', async () => {
    const read = await written([]);
    expect(JSON.parse(await read('street.mp4.coco.json'))).toMatchObject({ images: [], annotations: [] });
    expect(await read('street.mp4.jsonl')).toBe('');
  });

  it('replace older ones and leave no drafts', async () => {
    await written(records);
    await written(records.slice(1));
    const names = await readdir(join(directory, 'out'), { recursive: true });
    expect(names.filter((name) => name.includes('.part'))).toEqual([]);
    expect(names.filter((name) => name.endsWith('000000.txt'))).toEqual([]);
  });

  it('say in one line why they cannot be written', async () => {
    const journal = join(directory, 'records.jsonl');
    await writeFile(journal, '');
    await writeFile(join(directory, 'file'), '');
    const job = publish({ journal, base: join(directory, 'file', 'x'), formats: ['jsonl'], labels, pictures: false });
    await expect(job).rejects.toMatchObject({
      kind: 'output',
      message: expect.stringMatching(/is a file, not a directory|is in the way/),
    });
  });
});

describe('a folder of results', () => {
  it('is made with those above it, once or twice', async () => {
    const folder = join(directory, 'a', 'b');
    await makeFolder(folder);
    await makeFolder(folder);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that cannot be made is an error with advice', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(makeFolder(join(directory, 'file', 'x'))).rejects.toThrow(/cannot write .*; .*--out/);
  });

  it.runIf(process.platform === 'linux')(
    'in a file system without any is an error, not an endless attempt',
    async () => {
      await expect(makeFolder('/proc/lookout/out')).rejects.toMatchObject({ kind: 'output' });
    },
  );
});
