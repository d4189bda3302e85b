import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Annotation } from '#core/annotation.js';
import type { Box } from '#core/box.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { Collector, type Place } from './collector.js';
import type { Dataset, Sample, Split } from './dataset.js';
import { filesBelow, isDirectory, PICTURE_ENDINGS } from './pictures.js';
import { lineAt } from './text-lines.js';

/** One XML file as it lies there: numbers still in the file's own pixel convention. */
interface VocFile {
  readonly file: string;
  readonly picture: string;
  readonly width: number;
  readonly height: number;
  readonly objects: readonly VocObject[];
}

interface VocObject {
  readonly name: unknown;
  readonly corners: Box;
  readonly difficult: boolean;
  readonly truncated: boolean;
  readonly place: Place;
}

/**
 * Reads Pascal VOC: `Annotations/*.xml` with `JPEGImages/` and `ImageSets/Main/{train,val,test}.txt`, or any folder of
 * XML files beside their pictures.
 *
 * The devkit counts pixels from 1 and includes the last: `xmin..xmax` covers `[xmin - 1, xmax]`. Sets that hold a
 * coordinate of 0 count from 0 and are taken as corners.
 * @param options.labels class names in order; without them all names found, sorted (or `classes.txt`)
 */
export async function readVoc(folder: string, options: { readonly labels?: readonly string[] } = {}): Promise<Dataset> {
  const collector = new Collector();
  const annotations = join(folder, 'Annotations');
  const root = isDirectory(annotations) ? annotations : folder;
  const xmlFiles = filesBelow(root, (file) => file.toLowerCase().endsWith('.xml'));
  if (xmlFiles.length === 0)
    throw new LookoutError('dataset', `${folder}: expected Pascal VOC's XML files, found none`);
  const files = xmlFiles.flatMap((file) => readXml(file, collector) ?? []);
  const labels = options.labels ?? readClasses(folder) ?? namesOf(files);
  const origin = countsFromZero(files) ? 0 : 1;
  const splits = readSplits(folder);
  const seen = new Set<string>();
  const samples = files.flatMap((voc): Sample[] => {
    const picture = findPicture(folder, voc);
    if (seen.has(picture)) {
      collector.fault('duplicate-image', 'picture skipped', { file: voc.file }, `${picture} is labelled twice`);
      return [];
    }
    seen.add(picture);
    const size = collector.imageSize(picture, { file: voc.file });
    if (size === undefined || !sizeAgrees(voc, size, collector)) return [];
    const split = splits.get(basename(voc.file, extname(voc.file)));
    const objects = voc.objects.flatMap((object): [Annotation, Place][] => {
      const annotation = toAnnotation(object, { labels, origin, collector });
      const sound = annotation && collector.checked(annotation, size, object.place);
      return sound ? [[sound, object.place]] : [];
    });
    const annotations = collector.distinct(objects, { picture, labels });
    return [{ file: picture, size, annotations, ...(split && { split }) }];
  });
  return { name: basename(folder), format: 'voc', labels, samples, faults: collector.faults };
}

const META = XMLParser.getMetaDataSymbol() as unknown as string;
const PARSER = new XMLParser({
  ignoreAttributes: true,
  captureMetaData: true,
  parseTagValue: false,
  processEntities: true,
  isArray: (name) => name === 'object',
});

type Node = Readonly<Record<string, unknown>>;

function readXml(file: string, collector: Collector): VocFile | undefined {
  let text: string;
  let root: Node | undefined;
  try {
    text = readFileSync(file, 'utf8');
    const valid = XMLValidator.validate(text);
    if (valid !== true) {
      const place = { file, line: () => valid.err.line };
      collector.fault('malformed', 'picture skipped', place, `no valid XML: ${valid.err.msg}`);
      return undefined;
    }
    root = (PARSER.parse(text) as Node).annotation as Node | undefined;
  } catch (error) {
    collector.fault('malformed', 'picture skipped', { file }, `cannot be read: ${messageOf(error)}`);
    return undefined;
  }
  if (root === undefined || typeof root !== 'object') {
    collector.fault('malformed', 'picture skipped', { file, line: () => 1 }, 'expected <annotation>');
    return undefined;
  }
  const size = root.size as Node | undefined;
  const objects = (Array.isArray(root.object) ? root.object : []) as Node[];
  return {
    file,
    picture: typeof root.filename === 'string' ? root.filename : '',
    width: Number(size?.width),
    height: Number(size?.height),
    objects: objects.map((object) => readObject(object, file, text)),
  };
}

function readObject(object: Node, file: string, text: string): VocObject {
  const start = (object[META] as { startIndex?: number } | undefined)?.startIndex;
  const line = () => (start === undefined ? undefined : lineAt(text, start));
  const bounds = (object.bndbox ?? {}) as Node;
  const number = (key: string): number =>
    typeof bounds[key] === 'string' ? Number.parseFloat(bounds[key]) : Number.NaN;
  return {
    name: object.name,
    corners: [number('xmin'), number('ymin'), number('xmax'), number('ymax')],
    difficult: object.difficult === '1',
    truncated: object.truncated === '1',
    place: { file, line },
  };
}

function toAnnotation(
  { name, corners, difficult, truncated, place }: VocObject,
  { labels, origin, collector }: { labels: readonly string[]; origin: number; collector: Collector },
): Annotation | undefined {
  const classId = labels.indexOf(String(name));
  if (classId < 0) {
    collector.fault(
      'unknown-class',
      'object skipped',
      place,
      `${JSON.stringify(name)} is none of ${labels.join(', ')}`,
    );
    return undefined;
  }
  const [x1, y1, x2, y2] = corners;
  const box: Box = [x1 - origin, y1 - origin, x2, y2];
  return { box, classId, ...(difficult && { difficult }), ...(truncated && { truncated }) };
}

function sizeAgrees(voc: VocFile, size: { width: number; height: number }, collector: Collector): boolean {
  const absent = !(voc.width > 0 && voc.height > 0);
  if (absent || (voc.width === size.width && voc.height === size.height)) return true;
  const message = `the picture is ${size.width}x${size.height}, the label says ${voc.width}x${voc.height}`;
  collector.fault('size-mismatch', 'picture skipped', { file: voc.file }, message);
  return false;
}

/** At least one box in 200 begins at 0: a stray typing error does not move the others. */
function countsFromZero(files: readonly VocFile[]): boolean {
  const boxes = files.flatMap(({ objects }) => objects.map(({ corners }) => corners));
  const zeros = boxes.filter(([x1, y1]) => (x1 >= 0 && x1 < 1) || (y1 >= 0 && y1 < 1)).length;
  return zeros > 0 && zeros * 200 >= boxes.length;
}

function namesOf(files: readonly VocFile[]): string[] {
  const names = files.flatMap(({ objects }) => objects.map(({ name }) => name));
  return [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))].sort();
}

function readClasses(folder: string): string[] | undefined {
  const file = join(folder, 'classes.txt');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function readSplits(folder: string): Map<string, Split> {
  const splits = new Map<string, Split>();
  for (const split of ['train', 'val', 'test'] as const) {
    const file = join(folder, 'ImageSets', 'Main', `${split}.txt`);
    if (!existsSync(file)) continue;
    for (const line of readFileSync(file, 'utf8').split(/\r?\n/)) {
      const stem = line.trim().replace(/\s+-?[01]$/, ''); // lists of one class say whether it is there
      if (stem !== '' && !splits.has(stem)) splits.set(stem, split);
    }
  }
  return splits;
}

/** The picture that the file names, else the one with the file's own name. */
function findPicture(folder: string, { file, picture }: VocFile): string {
  const stem = basename(file, extname(file));
  const folders = [
    join(folder, 'JPEGImages'),
    dirname(file),
    join(folder, 'images'),
    join(dirname(file), '..', 'images'),
  ];
  const names = [
    ...(picture === '' ? [] : [basename(picture)]),
    ...[...PICTURE_ENDINGS].map((ending) => stem + ending),
  ];
  const candidates = names.flatMap((name) => folders.map((one) => join(one, name)));
  return candidates.find((candidate) => existsSync(candidate)) ?? candidates[0]!;
}
