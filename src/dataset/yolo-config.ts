import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { LookoutError, messageOf } from '#core/errors.js';
import type { Split } from './dataset.js';
import { filesBelow, isDirectory, isPicture } from './pictures.js';

/** What a YOLO data set says of itself: `data.yaml`, or the layout of its folder. */
export interface YoloConfig {
  /** The file that names the classes, for messages. */
  readonly file: string;
  readonly labels: readonly string[];
  /** Landmarks per object and numbers per landmark (2 or 3). */
  readonly landmarkShape?: readonly [count: number, values: number];
  readonly mirrored?: readonly number[];
  readonly pictures: readonly { readonly file: string; readonly split?: Split }[];
}

/**
 * Reads `data.yaml` (`names`, `path`, `train`, `val`, `test`, `kpt_shape`, `flip_idx`); splits are folders, lists of
 * folders, or text files that list pictures.
 * @throws LookoutError kind `dataset`, with the line, when the classes or the pictures cannot be told
 */
export function readYoloYaml(file: string): YoloConfig {
  const text = readFileSync(file, 'utf8');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fault = document.errors[0];
  if (fault !== undefined) {
    throw new LookoutError('dataset', `${file}:${lines.linePos(fault.pos[0]).line}: no valid YAML: ${fault.message}`);
  }
  const lineOf = (key: string): number => {
    const range = (document.get(key, true) as { range?: [number, number, number] } | undefined)?.range;
    return range === undefined ? 1 : lines.linePos(range[0]).line;
  };
  const refuse = (key: string, expected: string): never => {
    throw new LookoutError('dataset', `${file}:${lineOf(key)}: ${key}: expected ${expected}`);
  };
  const value = document.toJS() as Record<string, unknown> | null;
  if (value === null || typeof value !== 'object') refuse('names', 'a mapping with "names", "train" and "val"');
  const config = value as Record<string, unknown>;
  const labels = readNames(config.names) ?? refuse('names', 'a list of class names, or a mapping 0: name');
  const shape = config.kpt_shape;
  if (shape !== undefined && !isShape(shape)) refuse('kpt_shape', '[number of landmarks, 2 or 3]');
  const pictures = (['train', 'val', 'test'] as const).flatMap((split) => {
    const entry = config[split] ?? (split === 'val' ? config.valid : undefined);
    if (entry === undefined || entry === null || entry === '') return [];
    const entries = Array.isArray(entry) ? entry : [entry];
    if (!entries.every((one) => typeof one === 'string')) refuse(split, 'a path or a list of paths');
    const found = entries.map(
      (one: string) => locate(file, config.path, one) ?? refuse(split, `a folder or list; no ${one}`),
    );
    return found.flatMap(listPictures).map((picture) => ({ file: picture, split }));
  });
  return {
    file,
    labels,
    ...(isShape(shape) && { landmarkShape: shape }),
    ...(isPermutation(config.flip_idx, isShape(shape) ? shape[0] : 0) && { mirrored: config.flip_idx as number[] }),
    pictures,
  };
}

/**
 * Reads a folder without `data.yaml`: `classes.txt` (or `obj.names`) with one class a line, and pictures with their
 * labels in `images/` and `labels/`, or side by side.
 */
export function readYoloFolder(folder: string): YoloConfig {
  const file = ['classes.txt', 'obj.names', 'labels/classes.txt'].map((name) => join(folder, name)).find(existsSync);
  if (file === undefined) {
    throw new LookoutError('dataset', `${folder}: expected data.yaml or classes.txt that names the classes`);
  }
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  const labels = lines.map((line) => line.trim()).filter((line, index) => line !== '' || index < lines.length - 1);
  return { file, labels, pictures: filesBelow(folder, isPicture).map((picture) => ({ file: picture })) };
}

function readNames(names: unknown): string[] | undefined {
  if (Array.isArray(names)) return names.length > 0 ? names.map(String) : undefined;
  if (names === null || typeof names !== 'object') return undefined;
  const keys = Object.keys(names).map(Number);
  if (keys.length === 0 || !keys.every((key) => Number.isInteger(key) && key >= 0 && key < 10_000)) return undefined;
  const byId = names as Record<number, unknown>;
  return Array.from({ length: Math.max(...keys) + 1 }, (_, id) => String(byId[id] ?? `class ${id}`));
}

function isShape(shape: unknown): shape is [number, number] {
  if (!Array.isArray(shape) || shape.length !== 2) return false;
  return Number.isInteger(shape[0]) && shape[0] > 0 && (shape[1] === 2 || shape[1] === 3);
}

function isPermutation(order: unknown, length: number): boolean {
  if (!Array.isArray(order) || order.length !== length || length === 0) return false;
  return [...order].sort((left, right) => left - right).every((value, index) => value === index);
}

/** `path` counts from the YAML file; where nothing lies there (another machine's path), the file's own folder does. */
function locate(file: string, path: unknown, entry: string): string | undefined {
  const here = dirname(file);
  const bases = [typeof path === 'string' ? resolve(here, path) : here, here];
  const names = isAbsolute(entry) ? [entry] : [entry, entry.replace(/^(\.\.\/)+/, '')];
  return bases.flatMap((base) => names.map((name) => resolve(base, name))).find(existsSync);
}

function listPictures(path: string): string[] {
  if (isDirectory(path)) return filesBelow(path, isPicture);
  try {
    const lines = readFileSync(path, 'utf8').split(/\r?\n/);
    return lines.filter((line) => line.trim() !== '').map((line) => resolve(dirname(path), line.trim()));
  } catch (error) {
    throw new LookoutError('dataset', `${path}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
