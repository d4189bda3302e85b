import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import { Random } from '#core/random.js';
import { checkDataset } from '#dataset/check.js';
import { convertDataset, type Format } from '#dataset/convert/convert.js';
import type { Dataset } from '#dataset/dataset.js';
import { readDataset } from '#dataset/read-dataset.js';
import { folderWith, writePicture } from './support.js';

const ROUNDS = 500;
let source: Dataset;

beforeAll(async () => {
  const folder = folderWith({ 'classes.txt': 'cat\ndog' });
  const random = new Random(50);
  for (let n = 0; n < 3; n++) {
    const pixels = Uint8Array.from({ length: 3 * 40 * 30 }, () => random.below(256));
    await writePicture(join(folder, `images/${n}.${['jpg', 'png', 'webp'][n]}`), { width: 40, height: 30, pixels });
    mkdirSync(join(folder, 'labels'), { recursive: true });
    writeFileSync(join(folder, `labels/${n}.txt`), '0 0.5 0.5 0.25 0.5\n1 0.3 0.3 0.2 0.2\n');
  }
  source = await readDataset(folder);
});

/** One seeded corruption: bytes flipped, cut, doubled, emptied, or replaced by what parsers fear. */
function corrupt(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const nasty = [
    '\0',
    'NaN',
    '-1',
    '1e999',
    '"',
    '<',
    '&',
    '[',
    '}',
    '\u{1F600}',
    '999999999',
    '../../x',
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '\r',
  ];
  switch (random.below(7)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.below(bytes.length + 1))]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(nasty)), bytes.subarray(at)]);
    case 3:
      return Buffer.alloc(0);
    case 4:
      return Buffer.from(
        bytes.toString('latin1').replace(/\d+/g, (digits) => (random.chance(0.1) ? random.pick(nasty) : digits)),
        'latin1',
      );
    default: {
      const copy = Buffer.from(bytes);
      for (let n = 1 + random.below(8); n > 0 && copy.length > 0; n--)
        copy[random.below(copy.length)] = random.below(256);
      return copy;
    }
  }
}

const filesOf = (folder: string, isWanted: (file: string) => boolean): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(isWanted)
    .map((file) => join(folder, file))
    .sort();

describe(`${ROUNDS} seeded corruptions`, () => {
  it.each<Format>(['coco', 'yolo', 'voc'])(
    'of %s labels are skipped and listed with their file, or refused clearly',
    async (format) => {
      const folder = join(folderWith(), 'set');
      convertDataset(source, { format, out: folder });
      const labels = filesOf(folder, (file) => /\.(json|yaml|txt|xml)$/.test(file));
      const originals = labels.map((file) => readFileSync(file));
      let [read, refused] = [0, 0];
      for (let round = 0; round < ROUNDS; round++) {
        const random = new Random(51, round);
        const victim = random.below(labels.length);
        writeFileSync(labels[victim]!, corrupt(originals[victim]!, random));
        try {
          const { samples, faults } = await readDataset(folder);
          read++;
          for (const { size, annotations } of samples) {
            for (const { box, classId } of annotations) {
              expect(box.every(Number.isFinite) && box[2] > box[0] && box[3] > box[1], `round ${round}`).toBe(true);
              expect(box[0] < size.width && box[1] < size.height && classId >= 0).toBe(true);
            }
          }
          for (const { file, message } of faults) expect(file.length > 0 && message.length > 0).toBe(true);
        } catch (error) {
          if (!(error instanceof LookoutError)) throw new Error(`round ${round}, ${labels[victim]}`, { cause: error });
          expect(error.kind).toBe('dataset');
          expect(error.message).toContain(folder);
          refused++;
        }
        writeFileSync(labels[victim]!, originals[victim]!);
      }
      expect(read + refused).toBe(ROUNDS);
      expect(read).toBeGreaterThan(20);
    },
  );

  it('of pictures are skipped and listed, never fatal', async () => {
    const folder = join(folderWith(), 'set');
    convertDataset(source, { format: 'yolo', out: folder });
    const pictures = filesOf(folder, (file) => /\.(jpg|png|webp)$/.test(file));
    const originals = pictures.map((file) => readFileSync(file));
    let faulty = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const random = new Random(52, round);
      const victim = random.below(pictures.length);
      writeFileSync(pictures[victim]!, corrupt(originals[victim]!, random));
      const dataset = await readDataset(folder);
      const faults = await checkDataset(dataset);
      const decodes = await sharp(pictures[victim]!, { failOn: 'error' })
        .raw()
        .toBuffer()
        .then(
          () => true,
          () => false,
        );
      const listed = faults.some(
        ({ kind, file, effect }) =>
          kind === 'unreadable-image' && file === pictures[victim] && effect === 'picture skipped',
      );
      if (!decodes) expect(listed, `round ${round}`).toBe(true);
      faulty += listed ? 1 : 0;
      writeFileSync(pictures[victim]!, originals[victim]!);
    }
    expect(faulty).toBeGreaterThan(100);
    rmSync(folder, { recursive: true });
  });
});
