import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LookoutError } from '#core/errors.js';
import { outputError, writeAtomically } from '#records/files.js';

/** What became of one input. Holds nothing that differs between two equal runs. */
export interface Outcome {
  /** As the user named it, credentials removed. */
  readonly input: string;
  /** Absent for what is no file. */
  readonly sha256?: string;
  readonly frames: number;
  readonly detections: number;
  /** Result files, relative to the output directory. */
  readonly results: readonly string[];
  /** What of it could not be read, and why, one line each. */
  readonly faults: readonly string[];
}

interface Saved {
  /** Everything that decides the results: model, settings, versions, inputs. */
  readonly settings: unknown;
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

/** Which inputs of a run are finished: `DIR/.lookout/run.json`, replaced by rename after each input. */
export class RunState {
  readonly directory: string;
  readonly #settings: unknown;
  readonly #outcomes: Map<string, Outcome>;

  private constructor(directory: string, settings: unknown, outcomes: Map<string, Outcome>) {
    this.directory = directory;
    this.#settings = settings;
    this.#outcomes = outcomes;
  }

  /**
   * Opens the state of the run in `output`: the interrupted one when `resume` is set, a new one otherwise.
   * @throws LookoutError kind `config` when there is nothing to resume, or the interrupted run had other settings
   */
  static async open(output: string, { settings, resume }: { settings: unknown; resume: boolean }): Promise<RunState> {
    const directory = join(output, '.lookout');
    const saved = resume ? await readSaved(directory) : undefined;
    if (saved && JSON.stringify(saved.settings) !== JSON.stringify(settings)) {
      throw new LookoutError(
        'config',
        `--resume: the interrupted run in ${output} was made with other inputs, model or settings (${differences(saved.settings, settings)}); repeat its command, or start over without --resume`,
      );
    }
    try {
      if (!resume) await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true });
    } catch (error) {
      throw outputError(directory, error);
    }
    const state = new RunState(directory, settings, new Map(Object.entries(saved?.outcomes ?? {})));
    await state.#save();
    return state;
  }

  /** The outcome of an input that is finished without a fault and has not changed since; others are done again. */
  finished(name: string, sha256: string | undefined): Outcome | undefined {
    const outcome = this.#outcomes.get(name);
    return outcome?.faults.length === 0 && outcome.sha256 === sha256 ? outcome : undefined;
  }

  async finish(name: string, outcome: Outcome): Promise<void> {
    this.#outcomes.set(name, outcome);
    await this.#save();
  }

  /** The run is over: its manifest stands, nothing is left to resume. */
  async discard(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  async #save(): Promise<void> {
    const saved: Saved = { settings: this.#settings, outcomes: Object.fromEntries(this.#outcomes) };
    await writeAtomically(join(this.directory, 'run.json'), (file) => file.writeFile(JSON.stringify(saved)));
  }
}

async function readSaved(directory: string): Promise<Saved | undefined> {
  const text = await readFile(join(directory, 'run.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Saved;
  } catch (cause) {
    throw new LookoutError('output', `${directory}/run.json is damaged; start over without --resume`, { cause });
  }
}

/** Names the top-level settings that differ. */
function differences(before: unknown, after: unknown): string {
  const old = (before ?? {}) as Record<string, unknown>;
  const now = (after ?? {}) as Record<string, unknown>;
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  const changed = keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]));
  return changed.length > 0 ? changed.join(', ') : 'versions';
}
