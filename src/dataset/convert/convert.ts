import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { LookoutError, messageOf } from '#core/errors.js';
import type { Dataset, Sample } from '../dataset.js';
import type { Converted, NamedSample } from './converted.js';
import { cocoFiles } from './to-coco.js';
import { vocFiles } from './to-voc.js';
import { yoloFiles } from './to-yolo.js';

export type Format = 'coco' | 'yolo' | 'voc';

export interface ConvertOptions {
  readonly format: Format;
  readonly out: string;
  /** `copy` (default), `link` (hard links where possible), or `none`: labels only. */
  readonly pictures?: 'copy' | 'link' | 'none';
}

/**
 * Writes a data set in another format. Boxes keep at least 1e-6 px; what the format has no word for is counted as lost.
 * @throws LookoutError kind `output` when the folder is not empty or cannot be written
 */
export function convertDataset(dataset: Dataset, { format, out, pictures = 'copy' }: ConvertOptions): Converted {
  if (existsSync(out) && readdirSync(out).length > 0) {
    throw new LookoutError('output', `${out}: expected an empty or new folder; choose another --out`);
  }
  const samples = nameSamples(dataset.samples);
  const converted = { coco: cocoFiles, yolo: yoloFiles, voc: vocFiles }[format](dataset, samples);
  try {
    for (const [file, text] of converted.files) {
      mkdirSync(dirname(join(out, file)), { recursive: true });
      writeFileSync(join(out, file), text);
    }
    for (const sample of samples) {
      const target = join(out, converted.pictureFolder(sample), sample.name);
      mkdirSync(dirname(target), { recursive: true });
      if (pictures !== 'none') place(sample.file, target, pictures);
    }
  } catch (error) {
    throw new LookoutError('output', `${out}: cannot be written: ${messageOf(error)}`, { cause: error });
  }
  return converted;
}

/** File names, with a number where two pictures (or two stems, which share a label file) have the same. */
function nameSamples(samples: readonly Sample[]): NamedSample[] {
  const used = new Set<string>();
  return samples.map((sample) => {
    const ending = extname(sample.file);
    const wanted = basename(sample.file, ending);
    let stem = wanted;
    for (let n = 2; used.has(stem.toLowerCase()); n++) stem = `${wanted}-${n}`;
    used.add(stem.toLowerCase());
    return { ...sample, stem, name: stem + ending };
  });
}

function place(from: string, to: string, how: 'copy' | 'link'): void {
  if (how === 'link') {
    try {
      linkSync(from, to);
      return;
    } catch {
      // Another file system: a copy serves as well.
    }
  }
  copyFileSync(from, to);
}
