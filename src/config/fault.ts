import { LookoutError } from '#core/errors.js';
import { redact } from '#core/redact.js';

/** One thing that is wrong with the configuration, in the user's own terms. */
export interface Fault {
  /** `file:line:column`, the name of a variable, or an argument. */
  readonly where: string;
  /** `suppression.score`, or nothing where the text as such is wrong. */
  readonly path?: string;
  /** `expected a number from 0 to 1, got 1.5`. Never holds the value of a variable that a file refers to. */
  readonly problem: string;
  /** `did you mean score?` */
  readonly hint?: string;
}

/** `config/lookout.yaml:12:10: suppression.score: expected a number from 0 to 1, got 1.5` */
export function faultLine({ where, path, problem, hint }: Fault): string {
  const parts = [where, ...(path === undefined || path === '' ? [] : [path]), problem];
  return redact(parts.join(': ') + (hint === undefined ? '' : `; ${hint}`));
}

/** More lines than this help nobody. */
const MOST_LINES = 100;

/** A configuration with faults: an error of kind `config` whose message has one line for each. */
export class FaultyConfig extends LookoutError {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const lines = faults.slice(0, MOST_LINES).map(faultLine);
    if (faults.length > MOST_LINES) lines.push(`and ${faults.length - MOST_LINES} more`);
    super(
      'config',
      lines.length === 1 ? lines[0]! : `${faults.length} faults in the configuration:\n${lines.join('\n')}`,
    );
    this.faults = faults;
  }
}

/** Throws when there is any fault. */
export function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new FaultyConfig(faults);
}

/** Faults of files first, from top to bottom, and without those that only follow from an earlier one at the same place. */
export function inOrder(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  const alone = faults.filter(({ where }) => !seen.has(where) && seen.add(where));
  const placeOf = ({ where }: Fault): readonly number[] => {
    const [, line, column] = /:(\d+):(\d+)$/.exec(where) ?? [];
    return [line === undefined ? Number.MAX_SAFE_INTEGER : Number(line), Number(column ?? 0)];
  };
  return alone.sort((a, b) => placeOf(a)[0]! - placeOf(b)[0]! || placeOf(a)[1]! - placeOf(b)[1]!);
}
