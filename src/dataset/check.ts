import type { Annotation } from '#core/annotation.js';
import { messageOf } from '#core/errors.js';
import { boxSimilarity } from '#vision/metrics/similarity.js';
import type { Dataset, Sample } from './dataset.js';
import type { Fault } from './fault.js';
import { type Fingerprint, fingerprint, nearPairs } from './fingerprint.js';

/** Boxes of one class that overlap more than this are taken for one object that was labelled twice. */
const SAME_OBJECT_IOU = 0.9;

/**
 * All faults of a data set: those that reading found, then those that take looking at every picture: files that do not
 * decode, objects that are labelled twice, and pictures that come twice, exactly or nearly, above all in two splits.
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
  const twice = dataset.samples.flatMap((sample) => objectsTwice(sample, dataset.labels));
  return [...faults, ...twice, ...exactCopies(dataset.samples, prints), ...nearCopies(dataset.samples, prints)];
}

function objectsTwice({ file, annotations }: Sample, labels: readonly string[]): Fault[] {
  const similarity = boxSimilarity(
    annotations.map((one) => ({ ...one, score: 1 })),
    annotations,
  );
  return annotations.flatMap((one, d) =>
    annotations.flatMap((other, g): Fault[] => {
      const iou = similarity[d * annotations.length + g]!;
      if (g <= d || one.classId !== other.classId || one.crowd || other.crowd || iou < SAME_OBJECT_IOU) return [];
      const message = `two boxes of ${labels[one.classId]} with an IoU of ${iou.toFixed(2)}: ${show(one)} and ${show(other)}`;
      return [{ kind: 'duplicate-object', effect: 'kept', file, message }];
    }),
  );
}

const show = ({ box }: Annotation): string => `[${box.map((edge) => +edge.toFixed(1)).join(', ')}]`;

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
