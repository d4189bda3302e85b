import type { Card, InputSpec } from '#core/card.js';
import { inputSizes, sizeFor } from '#core/input-sizes.js';
import { paint } from '#dataset/augmentation/paint.js';
import { createCanvas } from '#dataset/augmentation/picture.js';
import type { Sample } from '#dataset/dataset.js';
import { decodePicture } from '#dataset/decode.js';
import { encodeModel } from '#onnx/encode.js';
import type { Model } from '#onnx/model.js';
import type { TypedArray } from '#runtime/session.js';
import { StepRunner } from '#runtime/step-runner.js';
import type { Feed } from '#runtime/worker-protocol.js';
import { viewsOf } from '../evaluation/views.js';
import { type Range, tensorsToObserve, withOutputs } from './quantise.js';
import { RangeObserver } from './ranges.js';

/**
 * Finds out what the values of a model range over on pictures: all are run twice, once for the extremes and once for the
 * histograms between them.
 * @param card how the model is fed, NCHW
 */
export async function calibrate(
  model: Model,
  card: Pick<Card, 'input' | 'decoder'>,
  samples: readonly Sample[],
): Promise<Map<string, Range>> {
  const names = tensorsToObserve(model.graph);
  const observers = new Map(names.map((name) => [name, new RangeObserver()]));
  const runner = await StepRunner.open({ session: { provider: 'cpu', threads: 1 }, states: [] });
  try {
    const watched = encodeModel(withOutputs(model, names));
    await runner.add({ key: 'watched', model: watched, reads: {}, writes: {} });
    for (const pass of ['widen', 'count'] as const) {
      for (const sample of samples) {
        const feed = await feedOf(sample, card);
        const { outputs, feeds } = await runner.run('watched', [feed]);
        for (const [name, observer] of observers) {
          const values = name === card.input.name ? feeds[0]!.parts[0]! : outputs.get(name)!.data;
          observer[pass](values as Float32Array);
        }
      }
    }
  } finally {
    await runner.close();
  }
  return new Map([...observers].map(([name, observer]) => [name, observer.bestRange()]));
}

/** One picture as the model is fed it: letterboxed, in the model's channel order, normalised. */
async function feedOf({ file, size }: Sample, card: Pick<Card, 'input' | 'decoder'>): Promise<Feed> {
  const { input } = card;
  const shaped = sizeFor(inputSizes(card), size);
  const { width, height } = shaped;
  const picture = await decodePicture(file, size, Math.max(width, height));
  const canvas = createCanvas(width, height, input.padding);
  const [view] = viewsOf(size, { input: shaped, fit: input.fit });
  paint(canvas, picture, { toCanvas: view!.toInput, crop: view!.crop }, size);
  return { name: input.name, type: input.type, dims: [1, 3, height, width], parts: [normalised(canvas.data, input)] };
}

function normalised(planes: Uint8Array, { type, channels, mean, std }: InputSpec): TypedArray {
  if (type === 'uint8') return planes;
  const plane = planes.length / 3;
  const values = new Float32Array(planes.length);
  for (let c = 0; c < 3; c++) {
    const from = channels === 'BGR' ? 2 - c : c;
    for (let at = 0; at < plane; at++) values[c * plane + at] = (planes[from * plane + at]! - mean[c]!) / std[c]!;
  }
  return values;
}
