import { LookoutError } from '#core/errors.js';

/** Rollbacks after which a run gives up. */
export const MAX_ROLLBACKS = 3;

/** What a step said of itself, and on which pictures. */
export interface StepReport {
  readonly step: number;
  /** Parts of the loss, and the gradient's norm, by name. */
  readonly parts: Readonly<Record<string, number>>;
  readonly pictures: readonly string[];
}

/** One step that had to be taken back. */
export interface Rollback {
  readonly step: number;
  /** What was not finite, e.g. `box NaN`. */
  readonly parts: readonly string[];
  readonly pictures: readonly string[];
  /** Factor on the learning rate from here on. */
  readonly rateFactor: number;
}

/** Names of the parts that are not finite, with what they are. */
export function faultyParts(parts: StepReport['parts']): string[] {
  return Object.entries(parts)
    .filter(([, value]) => !Number.isFinite(value))
    .map(([name, value]) => `${name} ${value}`);
}

/**
 * Watches over a run: a step with a loss or gradient that is not finite is taken back, and the learning rate halved.
 * After three of them the run gives up.
 */
export class Guard {
  #rollbacks: number;

  /** @param rollbacks how many a resumed run had already */
  constructor(rollbacks = 0) {
    this.#rollbacks = rollbacks;
  }

  get rollbacks(): number {
    return this.#rollbacks;
  }

  /** Factor on the learning rate: 1, a half after the first rollback, and so on. */
  get rateFactor(): number {
    return 0.5 ** this.#rollbacks;
  }

  /**
   * @returns undefined for a sound step; else what is to be taken back
   * @throws LookoutError kind `model` where this is once too often
   */
  inspect({ step, parts, pictures }: StepReport): Rollback | undefined {
    const faulty = faultyParts(parts);
    if (faulty.length === 0) return undefined;
    this.#rollbacks++;
    if (this.#rollbacks > MAX_ROLLBACKS) {
      throw new LookoutError(
        'model',
        `training gave up at step ${step}: ${faulty.join(', ')} after ${MAX_ROLLBACKS} rollbacks and a learning rate ` +
          `of ${0.5 ** MAX_ROLLBACKS} times the recipe's; look at ${pictures.join(', ')}, or go on with a lower optimiser.rate: --from the run's last.ckpt, with another --run`,
      );
    }
    return { step, parts: faulty, pictures, rateFactor: this.rateFactor };
  }
}
