import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { LookoutError } from '#core/errors.js';
import { type Dataset, mirroredLandmarks } from './dataset.js';
import { filesBelow, isDirectory } from './pictures.js';
import { readCoco } from './read-coco.js';
import { readLandmarkTable } from './read-landmarks.js';
import { readVoc } from './read-voc.js';
import { readYolo } from './read-yolo.js';

/**
 * Reads labelled pictures as they lie there: a COCO JSON, a `data.yaml`, a landmark table, or a folder of any of
 * these or of Pascal VOC. Faulty pictures and objects are left out and listed in `faults`.
 * @throws LookoutError kind `dataset` when it is none of them or cannot be read as a whole
 */
export async function readDataset(path: string): Promise<Dataset> {
  if (!existsSync(path)) throw new LookoutError('dataset', `${path}: no such file or folder`);
  return isDirectory(path) ? readFolder(path) : readFile(path);
}

async function readFile(file: string): Promise<Dataset> {
  const ending = extname(file).toLowerCase();
  if (ending === '.json') return readCoco(file);
  if (ending === '.yaml' || ending === '.yml') return readYolo(file);
  if (ending === '.csv') return readLandmarkTable(file);
  throw new LookoutError('dataset', `${file}: expected a folder, a COCO .json, a YOLO .yaml or a landmark .csv`);
}

async function readFolder(folder: string): Promise<Dataset> {
  const names = readdirSync(folder);
  const yaml =
    names.find((name) => /^(data|dataset)\.ya?ml$/.test(name)) ?? names.find((name) => /\.ya?ml$/.test(name));
  if (yaml !== undefined) return readYolo(join(folder, yaml));
  if (names.includes('labels.csv')) return readLandmarkTable(join(folder, 'labels.csv'));
  if (names.includes('Annotations')) return readVoc(folder);
  const cocoFiles = cocoFilesBelow(folder);
  if (cocoFiles.length > 0) return mergeCoco(folder, await Promise.all(cocoFiles.map((file) => readCoco(file))));
  if (names.includes('classes.txt') || names.includes('labels')) return readYolo(folder);
  if (filesBelow(folder, (file) => file.endsWith('.xml')).length > 0) return readVoc(folder);
  throw new LookoutError(
    'dataset',
    `${folder}: expected COCO (*.json), YOLO (data.yaml or classes.txt with labels), Pascal VOC (*.xml) or labels.csv`,
  );
}

/** Beside `instances_*.json` the other files of COCO (captions, keypoints, panoptic) repeat the same pictures. */
function cocoFilesBelow(folder: string): string[] {
  const files = filesBelow(folder, (file) => file.endsWith('.json') && looksLikeCoco(join(folder, file)));
  const instances = files.filter((file) => basename(file).startsWith('instances'));
  return instances.length > 0 ? instances : files;
}

/** COCO's lists begin within the first bytes of a file, or its `info` does. */
function looksLikeCoco(file: string): boolean {
  const head = Buffer.alloc(4096);
  const handle = openSync(file, 'r');
  const length = readSync(handle, head, 0, head.length, 0);
  closeSync(handle);
  return /"(images|annotations|categories|licenses)"\s*:/.test(head.toString('utf8', 0, length));
}

/** Splits of one data set in a file each: class ids by name, in the order of the first file that has it. */
function mergeCoco(folder: string, parts: readonly Dataset[]): Dataset {
  const [first] = parts as [Dataset, ...Dataset[]];
  if (parts.length === 1) return first;
  const labels = [...new Set(parts.flatMap((part) => part.labels))];
  const landmarks = parts.find((part) => part.landmarks !== undefined)?.landmarks;
  const samples = parts.flatMap((part) =>
    part.samples.map((sample) => ({
      ...sample,
      annotations: sample.annotations.map((one) => ({ ...one, classId: labels.indexOf(part.labels[one.classId]!) })),
    })),
  );
  return {
    name: folder,
    format: 'coco',
    labels,
    ...(landmarks && { landmarks, mirrored: mirroredLandmarks(landmarks) }),
    samples,
    faults: parts.flatMap((part) => part.faults),
  };
}
