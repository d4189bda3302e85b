import type { TinyModel } from './tiny-models.js';

/** What exporters write into a file beside its graph. */
export function withMetadata(model: TinyModel, entries: Readonly<Record<string, string>>): TinyModel {
  for (const [key, value] of Object.entries(entries)) model.metadata.set(key, value);
  return model;
}

/** Names of three classes as Ultralytics writes them: Python. */
export const NAMES_3 = `{0: 'cat', 1: "dog's", 2: 'cow'}`;
