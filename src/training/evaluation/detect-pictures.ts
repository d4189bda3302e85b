import type { Box } from '#core/box.js';
import type { Engine } from '#core/engine.js';
import { type InputSizes, inputSizes, sizeFor } from '#core/input-sizes.js';
import { paint } from '#dataset/augmentation/paint.js';
import { createCanvas } from '#dataset/augmentation/picture.js';
import type { Sample } from '#dataset/dataset.js';
import { decodePicture } from '#dataset/decode.js';
import { createDetect, type Detect } from '#vision/detect.js';
import { type FusedBox, fuseBoxes } from '#vision/fusion.js';
import { letterbox } from '#vision/letterbox.js';
import type { JudgedPicture } from '#vision/metrics/pictures.js';
import { boxToSource, isCutOff, type View, type ViewOptions, viewsOf } from './views.js';

/** A model that takes part, and how much its word counts. */
export interface Judge {
  readonly engine: Engine;
  readonly weight?: number;
  /** Class id of the data set by class id of the model; undefined for classes that the data set does not have. */
  readonly classIds: readonly (number | undefined)[];
}

export interface DetectPicturesOptions extends Pick<ViewOptions, 'flip' | 'scales' | 'crops'> {
  /** Boxes with a lower score are left out; low, so that curves are whole. */
  readonly score?: number;
  readonly iou?: number;
  readonly maxDetections?: number;
  /** Overlap from which boxes of several views or models are one object. */
  readonly fusionIou?: number;
  readonly signal?: AbortSignal;
  /** Told after each picture. */
  readonly progress?: (done: number) => void;
}

/** What models find in labelled pictures, in source px, ready to be judged; and the time inside the runtime, ms per picture. */
export interface DetectedPictures {
  readonly pictures: readonly JudgedPicture[];
  /** What each of them was made of. */
  readonly samples: readonly Sample[];
  readonly inferenceMs: readonly number[];
  /** Pictures that could not be decoded: left out. */
  readonly unreadable: readonly string[];
}

interface Reader {
  readonly judge: Judge;
  readonly detect: Detect;
  readonly sizes: InputSizes;
}

/**
 * Runs one model or several over pictures. With several models or views the boxes are merged by weighted box fusion;
 * else they are exactly what the pipeline would report.
 */
export async function detectPictures(
  judges: readonly Judge[],
  samples: readonly Sample[],
  options: DetectPicturesOptions = {},
): Promise<DetectedPictures> {
  const { score = 0.001, iou = 0.6, maxDetections = 300, signal, progress } = options;
  const readers = judges.map((judge) => ({
    judge,
    detect: createDetect({ ...judge.engine.card, thresholds: {} }, { score, iou, maxDetections }),
    sizes: inputSizes(judge.engine.card),
  }));
  const results: (DetectedOne | undefined)[] = Array(samples.length).fill(undefined);
  const unreadable: string[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < samples.length; index = next++) {
      signal?.throwIfAborted();
      const sample = samples[index]!;
      const result = await detectOne(readers, sample, options).catch((error) => {
        if (error.kind !== 'dataset') throw error;
        unreadable.push(sample.file);
        return undefined;
      });
      results[index] = result;
      progress?.(++done);
    }
  };
  const together = 1 + Math.max(...judges.map(({ engine }) => engine.workers));
  await Promise.all(Array.from({ length: together }, work));
  const found = results.filter((result) => result !== undefined);
  return {
    pictures: found.map(({ picture }) => picture),
    samples: found.map(({ sample }) => sample),
    inferenceMs: found.map(({ ms }) => ms),
    unreadable,
  };
}

interface DetectedOne {
  readonly picture: JudgedPicture;
  readonly sample: Sample;
  readonly ms: number;
}

async function detectOne(
  readers: readonly Reader[],
  sample: Sample,
  options: DetectPicturesOptions,
): Promise<DetectedOne> {
  const sides = readers.map(({ sizes }) => sizeFor(sizes, sample.size));
  const wanted = Math.max(...sides.map(({ width, height }) => Math.max(width, height))) * (options.crops ?? 1);
  const picture = await decodePicture(sample.file, sample.size, wanted);
  const sources: FusedBox[][] = [];
  const weights: number[] = [];
  let ms = 0;
  for (const [n, { judge, detect }] of readers.entries()) {
    const { fit, padding } = judge.engine.card.input;
    const input = sides[n]!;
    for (const view of viewsOf(sample.size, { ...options, input, fit })) {
      const canvas = createCanvas(input.width, input.height, padding);
      paint(canvas, picture, { toCanvas: view.toInput, crop: view.crop }, sample.size);
      const inference = await judge.engine.infer([canvas.data as Uint8Array<ArrayBuffer>], input);
      ms += inference.inferenceMs;
      // Boxes come in input px: the letterbox of a picture as large as the input changes nothing.
      const same = letterbox({ source: input, input, fit: 'stretch' });
      const found = detect(inference.outputs[0]!, same);
      sources.push(found.flatMap((one) => placed(one, { view, sample, judge })));
      weights.push(judge.weight ?? 1);
    }
  }
  const detections =
    sources.length === 1
      ? sources[0]!
      : fuseBoxes(sources, { weights, ...(options.fusionIou !== undefined && { iou: options.fusionIou }) });
  const judged: JudgedPicture = {
    truths: sample.annotations,
    detections,
    ...(sample.labelled !== undefined && { labelled: sample.labelled }),
  };
  return { picture: judged, sample, ms };
}

interface Place {
  readonly view: View;
  readonly sample: Sample;
  readonly judge: Judge;
}

function placed(found: FusedBox, { view, sample, judge }: Place): FusedBox[] {
  const classId = judge.classIds[found.classId];
  if (classId === undefined) return [];
  const [x1, y1, x2, y2] = boxToSource(found.box, view);
  const { width, height } = sample.size;
  const box: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
  if (!(box[2] > box[0] && box[3] > box[1]) || isCutOff(box, view, sample.size)) return [];
  return [{ box, classId, score: found.score }];
}
