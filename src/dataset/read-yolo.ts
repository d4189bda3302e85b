import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, sep } from 'node:path';
import type { Annotation } from '#core/annotation.js';
import type { Box } from '#core/box.js';
import { messageOf } from '#core/errors.js';
import type { Landmark } from '#core/landmark.js';
import type { Size } from '#core/size.js';
import { Collector, type Place } from './collector.js';
import { type Dataset, mirroredLandmarks, type Sample } from './dataset.js';
import { filesBelow, isDirectory } from './pictures.js';
import { readYoloFolder, readYoloYaml, type YoloConfig } from './yolo-config.js';

/**
 * Reads a YOLO data set: `data.yaml`, or a folder with `classes.txt`. Lines are `class cx cy w h` in fractions of the
 * upright picture; polygon lines (`class x y x y ...`) give the box around the polygon; with `kpt_shape` landmarks
 * follow the box. A picture without a label file is a picture without objects, as it is for YOLO trainers; it is noted.
 * @throws LookoutError kind `dataset` when classes or pictures cannot be told
 */
export async function readYolo(path: string): Promise<Dataset> {
  const config = isDirectory(path) ? readYoloFolder(path) : readYoloYaml(path);
  const collector = new Collector();
  const used = new Set<string>();
  const samples = config.pictures.flatMap(({ file, split }) => {
    const labelFile = labelFileOf(file);
    const size = collector.imageSize(file, { file: existsSync(labelFile) ? labelFile : config.file });
    used.add(labelFile);
    if (size === undefined) return [];
    const annotations = readLabels(labelFile, { picture: file, size }, { config, collector });
    return [{ file, size, annotations, ...(split && { split }) } satisfies Sample];
  });
  reportOrphans(used, config, collector);
  const names = config.landmarkShape && Array.from({ length: config.landmarkShape[0] }, (_, k) => `point ${k}`);
  return {
    name: basename(isDirectory(path) ? path : dirname(path)),
    format: 'yolo',
    labels: config.labels,
    ...(names && { landmarks: names, mirrored: config.mirrored ?? mirroredLandmarks(names) }),
    samples,
    faults: collector.faults,
  };
}

/** `.../images/a.jpg` is labelled by `.../labels/a.txt`; without such a folder, by `a.txt` beside it. */
function labelFileOf(picture: string): string {
  const beside = `${picture.slice(0, -extname(picture).length)}.txt`;
  const parts = beside.split(sep);
  const at = parts.lastIndexOf('images');
  if (at < 0) return beside;
  parts[at] = 'labels';
  const apart = parts.join(sep);
  return existsSync(apart) || !existsSync(beside) ? apart : beside;
}

/** Label files in the same folders whose picture is missing. */
function reportOrphans(used: ReadonlySet<string>, config: YoloConfig, collector: Collector): void {
  const lists = new Set([config.file, 'classes.txt', 'train.txt', 'val.txt', 'test.txt'].map((file) => basename(file)));
  for (const folder of new Set([...used].map((file) => dirname(file)))) {
    if (!isDirectory(folder)) continue;
    for (const file of filesBelow(folder, (name) => name.endsWith('.txt') && !lists.has(basename(name)))) {
      if (!used.has(file)) collector.fault('missing-image', 'picture skipped', { file }, 'labels without a picture');
    }
  }
}

interface Reading {
  readonly config: YoloConfig;
  readonly collector: Collector;
}

function readLabels(
  file: string,
  { picture, size }: { picture: string; size: Size },
  { config, collector }: Reading,
): Annotation[] {
  if (!existsSync(file)) {
    collector.fault('no-labels', 'kept', { file }, 'no such label file: taken for a picture without objects');
    return [];
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    collector.fault('malformed', 'picture skipped', { file }, messageOf(error));
    return [];
  }
  const found: [Annotation, Place][] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const place = { file, line: () => index + 1 };
    const annotation = readLine(line.trim(), size, config);
    if (typeof annotation === 'string') {
      const unknown = annotation.startsWith('class');
      collector.fault(unknown ? 'unknown-class' : 'malformed', 'object skipped', place, annotation);
      return;
    }
    const sound = collector.checked(annotation, size, place);
    if (sound !== undefined) found.push([sound, place]);
  });
  return collector.distinct(found, { picture, labels: config.labels });
}

/** The object of one line, or what is wrong with it. */
function readLine(line: string, size: Size, { labels, landmarkShape }: YoloConfig): Annotation | string {
  const values = line.split(/\s+/).map(Number);
  const [classId, ...rest] = values;
  const shown = line.length > 60 ? `${line.slice(0, 60)}...` : line;
  if (!values.every(Number.isFinite)) return `expected numbers "class cx cy w h", got ${JSON.stringify(shown)}`;
  if (!Number.isInteger(classId)) return `expected an integer class first, got ${JSON.stringify(shown)}`;
  if (classId! < 0 || classId! >= labels.length) return `class ${classId} of ${labels.length} (${labels.join(', ')})`;
  const landmarkValues = landmarkShape === undefined ? 0 : landmarkShape[0] * landmarkShape[1];
  if (rest.length === 4 + landmarkValues) {
    const landmarks = landmarkShape === undefined ? [] : readPoints(rest.slice(4), landmarkShape[1], size);
    return { box: centredBox(rest, size), classId: classId!, ...(landmarks.length > 0 && { landmarks }) };
  }
  if (landmarkShape === undefined && rest.length >= 6 && rest.length % 2 === 0) {
    return { box: polygonBox(rest, size), classId: classId! };
  }
  return `expected ${5 + landmarkValues} numbers, got ${values.length}: ${JSON.stringify(shown)}`;
}

function centredBox([cx, cy, w, h]: readonly number[], { width, height }: Size): Box {
  return [(cx! - w! / 2) * width, (cy! - h! / 2) * height, (cx! + w! / 2) * width, (cy! + h! / 2) * height];
}

function polygonBox(points: readonly number[], { width, height }: Size): Box {
  const xs = points.filter((_, index) => index % 2 === 0);
  const ys = points.filter((_, index) => index % 2 === 1);
  return [Math.min(...xs) * width, Math.min(...ys) * height, Math.max(...xs) * width, Math.max(...ys) * height];
}

/** Without visibilities a point at 0, 0 is one that is not labelled (as YOLO trainers take it). */
function readPoints(values: readonly number[], perPoint: number, { width, height }: Size): Landmark[] {
  return Array.from({ length: values.length / perPoint }, (_, k) => {
    const [x, y, visibility] = values.slice(k * perPoint, (k + 1) * perPoint) as [number, number, number | undefined];
    return [x * width, y * height, visibility ?? (x === 0 && y === 0 ? 0 : 2)];
  });
}
