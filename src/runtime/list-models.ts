import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Card } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { readCard } from './card-file.js';
import { readModelFile } from './model-file.js';
import { verifyCard } from './verify-card.js';

/** A folder of the models folder: its card, and what is wrong with it. */
export interface ModelEntry {
  readonly name: string;
  readonly card?: Card;
  readonly fault?: string;
}

async function entryOf(name: string, folder: string): Promise<ModelEntry> {
  try {
    const { card, modelPath } = await readCard(join(folder, name, 'card.json'));
    verifyCard(card, await readModelFile(modelPath));
    return { name, card };
  } catch (error) {
    if (error instanceof LookoutError) return { name, fault: error.message };
    throw error;
  }
}

/** The models of a folder by name, each compared with its ONNX file. None where the folder is missing. */
export async function listModels(folder: string): Promise<readonly ModelEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  return Promise.all(names.sort().map((name) => entryOf(name, folder)));
}
