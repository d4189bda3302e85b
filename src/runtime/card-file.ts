import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { z } from 'zod';
import type { Card } from '#core/card.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { closest } from '#core/suggest.js';
import { cardSchema } from './card-schema.js';

/** A card and the folder that it lies in. */
export interface CardFile {
  readonly card: Card;
  readonly path: string;
  /** The ONNX file beside it. */
  readonly modelPath: string;
}

/** What `--model` names: a card, or a bare ONNX file. */
export type ModelReference =
  | { readonly is: 'card'; readonly path: string }
  | { readonly is: 'onnx'; readonly path: string };

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

/**
 * Finds a model: a name in `modelsDir`, a folder with a `card.json`, a `card.json`, or an ONNX file (with its card beside it,
 * where that card speaks of this file).
 * @throws LookoutError kind `config` saying where it was looked for
 */
export async function findModel(reference: string, modelsDir: string): Promise<ModelReference> {
  const named = join(modelsDir, reference, 'card.json');
  if (!/[\\/]/.test(reference) && (await kindOf(named)) === 'file') return { is: 'card', path: named };
  const kind = await kindOf(reference);
  if (kind === 'folder') {
    const path = join(reference, 'card.json');
    if ((await kindOf(path)) === 'file') return { is: 'card', path };
    throw new LookoutError('config', `model ${reference}: expected a card.json in this folder, found none`);
  }
  if (kind === 'file') return { is: extname(reference) === '.json' ? 'card' : 'onnx', path: reference };
  throw new LookoutError('config', await notFound(reference, modelsDir));
}

async function notFound(reference: string, modelsDir: string): Promise<string> {
  const isPath = /[\\/]/.test(reference) || /\.(onnx|json)$/i.test(reference);
  const folder = isPath ? dirname(reference) : modelsDir;
  const near = closest(basename(reference), await readdir(folder).catch(() => []));
  const meant = near === undefined ? '' : `did you mean ${isPath ? join(folder, near) : near}?`;
  if (isPath) return `model ${reference}: not found; ${meant || 'check the path'}`;
  const places = `neither ${join(modelsDir, reference, 'card.json')} nor a file or folder of that name exists`;
  return `model "${reference}" was not found: ${places}; ${meant || '`lookout models list` shows the names there are'}`;
}

function problems(error: z.ZodError): string {
  const shown = error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.') || 'card'}: ${message}`);
  const more = error.issues.length - shown.length;
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

/** A card from text. @throws LookoutError kind `model` naming every wrong key with what was expected and found. */
export function parseCard(text: string, path: string): Card {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new LookoutError('model', `card ${path}: no JSON: ${messageOf(error)}`, { cause: error });
  }
  const parsed = cardSchema.safeParse(document);
  if (!parsed.success) throw new LookoutError('model', `card ${path}: ${problems(parsed.error)}`);
  return parsed.data;
}

/** Reads a card. @throws LookoutError kind `model` */
export async function readCard(path: string): Promise<CardFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new LookoutError('model', `card ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const card = parseCard(text, path);
  return { card, path, modelPath: join(dirname(path), card.model.file) };
}

/** The name of a bare ONNX file: its file name without the ending. */
export function nameOf(path: string): string {
  return basename(path, extname(path));
}

/** How a card is written: two spaces, short lists on one line. */
export function formatCard(card: Card): string {
  const text = JSON.stringify(card, null, 2);
  const flat = text.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_, inner: string) => `[${inner.replace(/\s*\n\s*/g, ' ')}]`);
  return `${flat}\n`;
}
