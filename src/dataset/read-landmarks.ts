import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Box } from '#core/box.js';
import { LookoutError, messageOf } from '#core/errors.js';
import type { Landmark } from '#core/landmark.js';
import { Collector } from './collector.js';
import { type Dataset, mirroredLandmarks, type Sample } from './dataset.js';

/**
 * Reads a table of pictures with one object and its landmarks each: a header `path, <name>_x, <name>_y, ...,
 * <label>_x1, <label>_y1, <label>_x2, <label>_y2` in any order, pixels. The columns with `x1` name the class.
 * @throws LookoutError kind `dataset` when the header does not hold these columns
 */
export async function readLandmarkTable(file: string): Promise<Dataset> {
  const lines = readLines(file);
  const columns = lines[0]!.split(',').map((name) => name.trim());
  const names = columns.flatMap((name) => /^(.+)_x$/.exec(name)?.[1] ?? []);
  const label = columns.flatMap((name) => /^(.+)_x1$/.exec(name)?.[1] ?? [])[0];
  const need = [
    'path',
    ...names.map((name) => `${name}_y`),
    ...['x1', 'y1', 'x2', 'y2'].map((end) => `${label}_${end}`),
  ];
  const missing = need.filter((name) => !columns.includes(name));
  if (missing.length > 0 || names.length === 0) {
    throw new LookoutError(
      'dataset',
      `${file}:1: the header lacks ${missing.join(', ') || 'landmarks (name_x, name_y)'}`,
    );
  }
  const collector = new Collector();
  const samples = lines.slice(1).flatMap((line, row): Sample[] => {
    if (line.trim() === '') return [];
    const place = { file, line: () => row + 2 };
    const values = line.split(',');
    const at = (name: string): number => Number.parseFloat(values[columns.indexOf(name)] ?? '');
    const landmarks = names.map((name): Landmark => [at(`${name}_x`), at(`${name}_y`), 2]);
    const box: Box = [at(`${label}_x1`), at(`${label}_y1`), at(`${label}_x2`), at(`${label}_y2`)];
    if (values.length !== columns.length || !landmarks.flat().every(Number.isFinite)) {
      collector.fault(
        'malformed',
        'picture skipped',
        place,
        `expected ${columns.length} columns of numbers after the path`,
      );
      return [];
    }
    const picture = join(dirname(file), values[columns.indexOf('path')]!.trim());
    const size = collector.imageSize(picture, place);
    if (size === undefined) return [];
    const sound = collector.checked({ box, classId: 0, landmarks }, size, place);
    return sound === undefined ? [] : [{ file: picture, size, annotations: [sound] }];
  });
  return {
    name: basename(dirname(file)),
    format: 'landmarks',
    labels: [label!],
    landmarks: names,
    mirrored: mirroredLandmarks(names),
    samples,
    faults: collector.faults,
  };
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch (error) {
    throw new LookoutError('dataset', `${file}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
