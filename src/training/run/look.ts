import type { Box } from '#core/box.js';
import { letterbox } from '#dataset/augmentation/layout.js';
import { apply, invert, type Matrix } from '#dataset/augmentation/matrix.js';
import type { Batch } from '#dataset/batch.js';
import type { Dataset, Sample } from '#dataset/dataset.js';
import { Loader } from '#dataset/loader.js';
import type { StepRunner } from '#runtime/step-runner.js';
import { evaluateBoxes } from '#vision/metrics/coco.js';
import type { Found, JudgedPicture } from '#vision/metrics/pictures.js';
import type { TrainingTask } from './task.js';

export interface LookOptions {
  readonly runner: StepRunner;
  readonly task: TrainingTask;
  readonly dataset: Dataset;
  readonly side: number;
  readonly batch: number;
  readonly workers: number;
  /** Most pictures, spread over the data set. */
  readonly pictures?: number;
  /** Batches of the whole data set in its order, in place of its pictures. */
  readonly source?: AsyncIterable<Batch>;
  readonly signal?: AbortSignal;
}

export interface Look {
  readonly AP: number;
  readonly AP50: number;
  readonly pictures: readonly JudgedPicture[];
  readonly samples: readonly Sample[];
}

/** Judges the moving average of a running training on held-out pictures, in source px; undefined when interrupted. */
export async function lookAt(options: LookOptions): Promise<Look | undefined> {
  const { runner, task, dataset, side, source, pictures, signal } = options;
  const samples = source === undefined ? spread(dataset.samples, pictures) : dataset.samples;
  const size = { width: side, height: side };
  const judged: JudgedPicture[] = [];
  const loader = source === undefined ? loaderOf(options, samples) : undefined;
  try {
    for await (const made of source ?? loader!) {
      if (signal?.aborted) return undefined;
      const { outputs, feeds } = await runner.run('look', task.lookFeeds(made));
      const found = task.detections(outputs, made.count);
      found.forEach((detections, n) => {
        judged.push(judgedOf(samples[made.sources[n]![0]!]!, detections, size));
      });
      loader?.recycle({ ...made, pictures: feeds[0]!.parts[0] as Batch['pictures'] });
    }
  } finally {
    await loader?.close();
  }
  const { AP, AP50 } = evaluateBoxes(judged, dataset.labels.length);
  return { AP, AP50, pictures: judged, samples };
}

function loaderOf({ dataset, batch, side, workers }: LookOptions, samples: readonly Sample[]): Loader {
  return new Loader({
    dataset: { ...dataset, samples },
    batch,
    sizes: [{ width: side, height: side }],
    seed: 0,
    epochs: 1,
    shuffle: false,
    keepLast: true,
    workers,
  });
}

function judgedOf(
  sample: Sample,
  detections: readonly Found[],
  size: { width: number; height: number },
): JudgedPicture {
  const toSource = invert(letterbox([0, 0, sample.size.width, sample.size.height], size));
  const moved = detections.map((found) => ({ ...found, box: moveBox(found.box, toSource, sample) }));
  return {
    truths: sample.annotations,
    detections: moved.filter(({ box }) => box[2] > box[0] && box[3] > box[1]),
    ...(sample.labelled !== undefined && { labelled: sample.labelled }),
  };
}

function moveBox([x1, y1, x2, y2]: Box, toSource: Matrix, { size: { width, height } }: Sample): Box {
  const [left, top] = apply(toSource, x1, y1);
  const [right, bottom] = apply(toSource, x2, y2);
  const within = (value: number, limit: number): number => Math.max(0, Math.min(limit, value));
  return [within(left, width), within(top, height), within(right, width), within(bottom, height)];
}

/** At most so many, evenly over the list. */
function spread(samples: readonly Sample[], count = samples.length): readonly Sample[] {
  if (count >= samples.length) return samples;
  return Array.from({ length: count }, (_, n) => samples[Math.floor((n * samples.length) / count)]!);
}
