import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Annotation } from '#core/annotation.js';
import { LookoutError, messageOf } from '#core/errors.js';
import type { Landmark } from '#core/landmark.js';
import { Collector, type Place } from './collector.js';
import { type Dataset, mirroredLandmarks, type Sample, type Split } from './dataset.js';
import { isDirectory } from './pictures.js';
import { arrayElementPositions, lineAt, lineOfSyntaxError } from './text-lines.js';

type JsonRecord = Readonly<Record<string, unknown>>;

/** A COCO file as it lies there; every field is still to be checked. */
interface CocoFile {
  readonly file: string;
  readonly images: readonly JsonRecord[];
  readonly annotations: readonly JsonRecord[];
  readonly categories: readonly JsonRecord[];
  /** The place of one record: its line is counted when asked for. */
  readonly place: (list: string, index: number) => Place;
}

/**
 * Reads COCO's detection JSON (boxes, crowd regions, keypoints). Pictures are looked for beside the file, in `images/`
 * and in the folders that COCO's own layout and Roboflow's exports use.
 * @throws LookoutError kind `dataset` when the file is no COCO JSON as a whole
 */
export async function readCoco(file: string, options: { readonly images?: string } = {}): Promise<Dataset> {
  const coco = parseCoco(file);
  const collector = new Collector();
  const categories = readCategories(coco, collector);
  const samples = readImages(coco, collector, options.images ?? pictureFolder(coco));
  const annotations = readAnnotations(coco, collector, { samples, categories });
  const names = categories.landmarks;
  return {
    name: basename(file, '.json'),
    format: 'coco',
    labels: categories.labels,
    categoryIds: categories.ids,
    ...(names && { landmarks: names, mirrored: mirroredLandmarks(names) }),
    samples: [...samples.values()].map((sample) => ({ ...sample, annotations: annotations.get(sample.id!) ?? [] })),
    faults: collector.faults,
  };
}

function parseCoco(file: string): CocoFile {
  const text = readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const line = lineOfSyntaxError(text, messageOf(error));
    throw new LookoutError('dataset', `${file}:${line}: no valid JSON: ${messageOf(error)}`, { cause: error });
  }
  const lists = ['images', 'annotations', 'categories'].map((key) => (value as JsonRecord | null)?.[key]);
  if (!lists.every(Array.isArray)) {
    throw new LookoutError('dataset', `${file}:1: expected COCO's lists "images", "annotations" and "categories"`);
  }
  const [images, annotations, categories] = lists as [JsonRecord[], JsonRecord[], JsonRecord[]];
  let positions: ReadonlyMap<string, readonly number[]> | undefined;
  const line = (list: string, index: number): number | undefined => {
    positions ??= arrayElementPositions(text);
    const position = positions.get(list)?.[index];
    return position === undefined ? undefined : lineAt(text, position);
  };
  const place = (list: string, index: number): Place => ({ file, line: () => line(list, index) });
  return { file, images, annotations, categories, place };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new LookoutError('dataset', `${file}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

interface Categories {
  readonly ids: readonly number[];
  readonly labels: readonly string[];
  readonly classIds: ReadonlyMap<unknown, number>;
  readonly landmarks: readonly string[] | undefined;
}

/** Class ids follow the category ids, smallest first, so that the order of the file does not matter. */
function readCategories(coco: CocoFile, collector: Collector): Categories {
  const seen = new Set<unknown>();
  const sound = coco.categories.filter((category, index) => {
    const good = Number.isInteger(category?.id) && typeof category.name === 'string' && !seen.has(category.id);
    if (!good) {
      const message = `categories[${index}]: expected a new integer "id" and a "name"`;
      collector.fault('malformed', 'object skipped', coco.place('categories', index), message);
    }
    seen.add(category?.id);
    return good;
  });
  const sorted = [...sound].sort((left, right) => (left.id as number) - (right.id as number));
  const named = sorted.find(({ keypoints }) => Array.isArray(keypoints) && keypoints.length > 0);
  return {
    ids: sorted.map(({ id }) => id as number),
    labels: sorted.map(({ name }) => name as string),
    classIds: new Map(sorted.map(({ id }, classId) => [id, classId])),
    landmarks: (named?.keypoints as unknown[] | undefined)?.map(String),
  };
}

function readImages(coco: CocoFile, collector: Collector, folder: string): Map<number, Sample> {
  const samples = new Map<number, Sample>();
  const files = new Set<string>();
  const split = splitOf(coco.file);
  coco.images.forEach((image, index) => {
    const place = coco.place('images', index);
    if (!Number.isInteger(image?.id) || typeof image.file_name !== 'string' || image.file_name === '') {
      collector.fault(
        'malformed',
        'picture skipped',
        place,
        `images[${index}]: expected an integer "id" and a "file_name"`,
      );
      return;
    }
    const id = image.id as number;
    const file = join(folder, image.file_name);
    if (samples.has(id) || files.has(file)) {
      collector.fault(
        'duplicate-image',
        'picture skipped',
        place,
        `images[${index}]: id ${id} or ${image.file_name} again`,
      );
      return;
    }
    const size = collector.imageSize(file, place);
    if (size === undefined) return;
    if (image.width !== size.width || image.height !== size.height) {
      const message = `${image.file_name} is ${size.width}x${size.height}, the label says ${image.width}x${image.height}`;
      collector.fault('size-mismatch', 'picture skipped', place, message);
      return;
    }
    files.add(file);
    samples.set(id, { file, size, annotations: [], id, ...(split && { split }) });
  });
  return samples;
}

function readAnnotations(
  coco: CocoFile,
  collector: Collector,
  { samples, categories }: { samples: ReadonlyMap<number, Sample>; categories: Categories },
): Map<number, Annotation[]> {
  const known = new Set(coco.images.map((image) => image?.id));
  const found = new Map<number, [Annotation, Place][]>([...samples.keys()].map((id) => [id, []]));
  coco.annotations.forEach((record, index) => {
    const place = coco.place('annotations', index);
    const sample = samples.get(record?.image_id as number);
    const classId = categories.classIds.get(record?.category_id);
    if (sample === undefined && known.has(record?.image_id)) return;
    if (sample === undefined || classId === undefined) {
      const [kind, what] =
        sample === undefined ? (['missing-image', 'image'] as const) : (['unknown-class', 'category'] as const);
      const message = `annotations[${index}]: no ${what} has id ${sample === undefined ? record?.image_id : record.category_id}`;
      collector.fault(kind, 'object skipped', place, message);
      return;
    }
    const annotation = readRecord(record, classId, categories.landmarks?.length);
    const expected = `annotations[${index}]: expected "bbox": [x, y, width, height] and sound keypoints`;
    if (annotation === undefined) collector.fault('malformed', 'object skipped', place, expected);
    const sound = annotation && collector.checked(annotation, sample.size, place);
    if (sound !== undefined) found.get(sample.id!)!.push([sound, place]);
  });
  return new Map(
    [...found].map(([id, list]) => [
      id,
      collector.distinct(list, { picture: samples.get(id)!.file, labels: categories.labels }),
    ]),
  );
}

function readRecord(record: JsonRecord, classId: number, landmarkCount: number | undefined): Annotation | undefined {
  const { bbox, area, iscrowd, keypoints } = record;
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every((value) => typeof value === 'number')) return undefined;
  const [x, y, width, height] = bbox as [number, number, number, number];
  const landmarks =
    landmarkCount === undefined || keypoints === undefined ? [] : readKeypoints(keypoints, landmarkCount);
  if (landmarks === undefined) return undefined;
  return {
    box: [x, y, x + width, y + height],
    classId,
    ...((iscrowd === 1 || iscrowd === true) && { crowd: true }),
    ...(typeof area === 'number' && area >= 0 && { area }),
    ...(record.difficult === 1 && { difficult: true }),
    ...(record.truncated === 1 && { truncated: true }),
    ...(landmarks.length > 0 && { landmarks }),
  };
}

function readKeypoints(values: unknown, count: number): Landmark[] | undefined {
  if (!Array.isArray(values) || values.length !== 3 * count) return undefined;
  if (!values.every((value) => typeof value === 'number')) return undefined;
  return Array.from({ length: count }, (_, k) => [values[3 * k], values[3 * k + 1], values[3 * k + 2]]);
}

/** `instances_val2017.json`, `val.json`, `valid/_annotations.coco.json` and the like. */
function splitOf(file: string): Split | undefined {
  const text = `${basename(dirname(file))}/${basename(file)}`;
  const word = /(?:^|[^a-z])(train|valid|val|test)(?:[^a-z]|$)/.exec(text.toLowerCase())?.[1];
  return word === undefined ? undefined : word === 'valid' ? 'val' : (word as Split);
}

/** The first folder that holds the first picture that can be found. */
function pictureFolder({ file, images }: CocoFile): string {
  const here = dirname(file);
  const year = /(train|val|test)\d{4}/.exec(basename(file))?.[0];
  const split = splitOf(file) ?? '';
  const names = ['', 'images', '..', '../images', `../images/${split}`, `images/${split}`, `../${split}`, split];
  if (year !== undefined) names.unshift(`../${year}`, `../images/${year}`, year);
  const folders = names.map((name) => join(here, name)).filter(isDirectory);
  const probes = images
    .slice(0, 20)
    .flatMap((image) => (typeof image?.file_name === 'string' ? [image.file_name] : []));
  return folders.find((folder) => probes.some((probe) => existsSync(join(folder, probe)))) ?? here;
}
