import { messageOf } from '#core/errors.js';
import type { Dataset, Sample } from './dataset.js';
import type { Fault } from './fault.js';
import { type Fingerprint, fingerprint, nearPairs } from './fingerprint.js';

/**
 * All faults of a data set: those that reading found, then those that take looking at every picture: files that do not
 * decode, and pictures that come twice, exactly or nearly, above all in two splits.
 */
export async function checkDataset(
  dataset: Dataset,
  options: { readonly onProgress?: (done: number) => void } = {},
): Promise<Fault[]> {
  const faults = [...dataset.faults];
  const prints: (Fingerprint | undefined)[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < dataset.samples.length; index = next++) {
      const { file } = dataset.samples[index]!;
      try {
        prints[index] = await fingerprint(file);
      } catch (error) {
        const message = `cannot be decoded: ${messageOf(error)}`;
        faults.push({ kind: 'unreadable-image', effect: 'picture skipped', file, message });
      }
      options.onProgress?.(index + 1);
    }
  };
  await Promise.all([work(), work()]);
  return [...faults, ...exactCopies(dataset.samples, prints), ...nearCopies(dataset.samples, prints)];
}

function exactCopies(samples: readonly Sample[], prints: readonly (Fingerprint | undefined)[]): Fault[] {
  const first = new Map<string, number>();
  return prints.flatMap((print, index): Fault[] => {
    if (print === undefined) return [];
    const other = first.get(print.exact);
    if (other === undefined) first.set(print.exact, index);
    return other === undefined ? [] : [copyFault(samples, other, index, true)];
  });
}

function nearCopies(samples: readonly Sample[], prints: readonly (Fingerprint | undefined)[]): Fault[] {
  return nearPairs(prints).map(([left, right]) => copyFault(samples, left, right, false));
}

function copyFault(samples: readonly Sample[], left: number, right: number, exact: boolean): Fault {
  const [one, other] = [samples[left]!, samples[right]!];
  const leaks = one.split !== undefined && other.split !== undefined && one.split !== other.split;
  const where = leaks ? `, one in ${one.split}, the other in ${other.split}` : '';
  const message = `${exact ? 'the same file' : 'looks the same'} as ${one.file}${where}`;
  const kind = leaks ? 'split-leakage' : 'duplicate-image';
  return { kind: exact ? kind : `near-${kind}`, effect: 'kept', file: other.file, message };
}
