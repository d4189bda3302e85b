/** What can be wrong with a data set. */
export type FaultKind =
  | 'missing-image'
  | 'unreadable-image'
  | 'size-mismatch'
  | 'malformed'
  | 'unknown-class'
  | 'zero-area'
  | 'outside'
  | 'duplicate-object'
  | 'duplicate-image'
  | 'near-duplicate-image'
  | 'split-leakage'
  | 'near-split-leakage'
  | 'no-labels';

/** What became of the faulty thing; `kept` for what is only worth a look. */
export type FaultEffect = 'picture skipped' | 'object skipped' | 'kept';

/** One fault of a data set. Every fault is counted; none stops the reading. */
export interface Fault {
  readonly kind: FaultKind;
  readonly effect: FaultEffect;
  /** The file to be corrected. */
  readonly file: string;
  /** 1-based; absent where the file as a whole is meant (a picture). */
  readonly line?: number;
  /** The picture that shows what is meant, where `file` is a file of labels. */
  readonly picture?: string;
  readonly message: string;
}

/** `labels/a.txt:3: outside: ... (object skipped)`, as editors and terminals link it. */
export function formatFault({ kind, effect, file, line, message }: Fault): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${kind}: ${message} (${effect})`;
}

/** How many faults of each kind there are, most frequent first. */
export function countFaults(faults: readonly Fault[]): ReadonlyMap<FaultKind, number> {
  const counts = new Map<FaultKind, number>();
  for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return new Map([...counts].sort((left, right) => right[1] - left[1]));
}
