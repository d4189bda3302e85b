import { chmod, copyFile, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Card } from '#core/card.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { formatCard } from './card-file.js';
import type { ModelOptions } from './engine-options.js';
import { batchOf, outputsOf, testFeed } from './examine.js';
import { cardOf } from './load-model.js';
import { type ModelFile, readModelFile } from './model-file.js';
import { outputsRead } from './outputs-read.js';
import { prepare } from './prepare.js';
import { Probe } from './probe.js';
import { verifyCard, verifyOutputs } from './verify-card.js';

export interface AddOptions extends Omit<ModelOptions, 'model'> {
  /** The ONNX file. */
  readonly file: string;
  readonly name: string;
  readonly licence?: string;
  readonly description?: string;
  /** Takes the place of a model of that name. */
  readonly replace?: boolean;
}

const MODEL_FILE = 'model.onnx';

function checkName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    const rule = 'up to 64 letters, digits, dots, dashes and underscores, a letter or digit first';
    throw new LookoutError('config', `name ${JSON.stringify(name)}: expected ${rule}`);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Runs the prepared graph on noise and decodes what it gives, as every frame will be. */
async function tryOut(card: Card, file: ModelFile, probe: Probe): Promise<void> {
  const prepared = prepare(file.model, card.input, outputsRead(card.decoder));
  const batch = batchOf(card.input);
  const { outputs } = await probe.ask({
    ask: 'run',
    model: prepared.bytes,
    session: { provider: 'cpu', threads: 1 },
    feeds: [testFeed(prepared, card.input.size, batch)],
    timedRuns: 0,
    verify: false,
  });
  verifyOutputs(card, outputsOf(prepared, outputs, 0, batch));
}

/** Puts a finished folder in its place, whole or not at all. */
async function settle(draft: string, place: string, replace: boolean): Promise<void> {
  if (!replace || !(await exists(place))) return rename(draft, place);
  const old = `${draft}.old`;
  await rename(place, old);
  await rename(draft, place);
  await rm(old, { recursive: true, force: true });
}

async function store(card: Card, file: ModelFile, folder: string, replace: boolean): Promise<string> {
  const place = join(folder, card.name);
  await mkdir(folder, { recursive: true });
  const draft = await mkdtemp(join(folder, '.adding-'));
  try {
    await chmod(draft, 0o755);
    await copyFile(file.path, join(draft, MODEL_FILE));
    await writeFile(join(draft, 'card.json'), formatCard(card));
    await settle(draft, place, replace);
    return place;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * Copies an ONNX file into the models folder and writes its card beside it, after a test inference that was decoded as the card
 * says. The folder of the model appears whole or not at all.
 * @throws LookoutError kind `config` for a bad name or one that is taken, `model` when file, preset and labels do not fit,
 * `output` when the folder cannot be written
 */
export async function addModel(options: AddOptions): Promise<{ readonly card: Card; readonly folder: string }> {
  const { name, replace = false, modelsDir = 'models', licence, description } = options;
  checkName(name);
  const place = join(modelsDir, name);
  if (!replace && (await exists(place))) {
    throw new LookoutError(
      'config',
      `a model ${name} is there already: ${place}; choose another --name, or --replace it`,
    );
  }
  const probe = new Probe();
  try {
    const file = await readModelFile(options.file);
    const made = await cardOf(file, probe, options, name);
    const words = { ...(description ? { description } : {}), ...(licence ? { licence } : {}) };
    const card = { ...made, ...words, model: { ...made.model, file: MODEL_FILE } };
    verifyCard(card, file);
    await tryOut(card, file, probe);
    return { card, folder: await store(card, file, modelsDir, replace) };
  } catch (error) {
    if (error instanceof LookoutError || !(error instanceof Error && 'code' in error)) throw error;
    throw new LookoutError('output', `model ${name} could not be written to ${modelsDir}: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await probe.close();
  }
}
