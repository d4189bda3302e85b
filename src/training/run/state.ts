import type { Anchor } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { readCheckpoint, writeCheckpoint } from '#records/checkpoint.js';
import { type Recipe, recipeSchema } from '../recipe/recipe.js';
import type { Losses } from './events.js';

/** One line of a run's history. */
export interface EpochRecord {
  readonly epoch: number;
  readonly losses: Losses;
  readonly rate: number;
  readonly size: number;
  readonly trainedSeconds: number;
  readonly AP?: number;
  readonly AP50?: number;
}

export interface BestLook {
  readonly epoch: number;
  readonly AP: number;
  readonly AP50: number;
}

/** Where a run stands: all that must survive, but for the arrays. */
export interface RunPosition {
  /** 0-based. */
  readonly epoch: number;
  /** Steps done in the epoch. */
  readonly step: number;
  /** Steps done in all. */
  readonly steps: number;
  /** Time of training and validation, all sittings. */
  readonly trainedSeconds: number;
  readonly rollbacks: number;
  readonly best: BestLook | undefined;
  /** Sums of the losses of this epoch's steps. */
  readonly lossSums: Losses;
  readonly history: readonly EpochRecord[];
  /** The phase that the epoch was begun in. */
  readonly phase: string;
}

export const START: RunPosition = {
  epoch: 0,
  step: 0,
  steps: 0,
  trainedSeconds: 0,
  rollbacks: 0,
  best: undefined,
  lossSums: {},
  history: [],
  phase: '',
};

/** A run on disk. */
export interface SavedRun {
  readonly recipe: Recipe;
  readonly labels: readonly string[];
  /** By stride, finest first, input px. */
  readonly anchors: readonly (readonly Anchor[])[];
  readonly dataSha256: string;
  readonly position: RunPosition;
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

const FORMAT = 1;

/** @throws LookoutError kind `output` */
export async function saveRun(path: string, { arrays, ...state }: SavedRun): Promise<void> {
  await writeCheckpoint(path, { state: { format: FORMAT, ...state }, arrays });
}

/** @throws LookoutError kind `model` for a file that is missing, damaged or of another version */
export async function loadRun(path: string): Promise<SavedRun> {
  const { state, arrays } = await readCheckpoint(path);
  const { format, ...saved } = state as SavedRun & { format: number };
  if (format !== FORMAT) {
    throw new LookoutError(
      'model',
      `checkpoint ${path}: expected format ${FORMAT}, got ${format}; it cannot be resumed`,
    );
  }
  // Keys that came after the checkpoint have their defaults.
  return { ...saved, recipe: recipeSchema.parse(saved.recipe), arrays: arrays as SavedRun['arrays'] };
}

/**
 * What a resumed run must have in common with its checkpoint. Length and loaders may change, what is learnt may not.
 * @throws LookoutError kind `config` naming what differs
 */
export function checkResumable(saved: SavedRun, recipe: Recipe, dataSha256: string): void {
  const differing = Object.keys(recipe).filter((key) => {
    const [before, now] = [saved.recipe, recipe].map((one) => learnt(one)[key]);
    return JSON.stringify(before) !== JSON.stringify(now);
  });
  if (differing.length > 0) {
    throw new LookoutError(
      'config',
      `--resume: the recipe differs from the one of the checkpoint in ${differing.join(', ')}; undo that, or start anew with another --run`,
    );
  }
  if (saved.dataSha256 !== dataSha256) {
    throw new LookoutError(
      'config',
      '--resume: the data differ from those of the checkpoint; start anew with another --run',
    );
  }
}

/** The parts of a recipe that a resumed run may not change. */
function learnt(recipe: Recipe): Record<string, unknown> {
  const { epochs, minutes, threads, device, loaders, cacheMb, description, checkpoint, validation, name, ...rest } =
    recipe;
  // Where the pictures lie does not matter: their hash is compared.
  return { ...rest, data: { ...rest.data, folders: [] } };
}
