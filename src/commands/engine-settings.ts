import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LookoutError } from '#core/errors.js';
import type { Size } from '#core/size.js';
import { detectionFor, trackedDetection } from '#pipeline/tracked-detection.js';
import type { EngineOptions } from '#runtime/engine-options.js';
import { type DetectOptions, suppressOptions } from '#vision/detect.js';
import { createSuppressor } from '#vision/suppress.js';
import type { TrackerOptions } from '#vision/tracking/options.js';
import { namedModel } from './bundled-models.js';
import { type ReadingOptions, readingOf } from './models-options.js';
import type { Session } from './settings.js';

/** The model that is used when none is named, as soon as it is there. */
const DEFAULT_MODEL = 'street';

/** The settings in the engine's terms. @throws LookoutError kind `config` when there is no model to run */
export async function engineOptions(
  { settings }: Pick<Session, 'settings'>,
  reading: ReadingOptions = {},
): Promise<EngineOptions> {
  const { model, models, inputSize, device, workers, threads } = settings;
  const { preset, labels, anchors } = await readingOf(reading);
  return {
    model: model === null ? defaultModel(models) : namedModel(model, models),
    modelsDir: models,
    device,
    ...(workers !== 'auto' && { workers }),
    ...(threads !== 'auto' && { threads }),
    ...(inputSize !== 'auto' && { imgsz: sizeOf(inputSize) }),
    ...(preset !== undefined && { preset }),
    ...(labels !== undefined && { labels }),
    ...(anchors !== undefined && { anchors }),
  };
}

/** For a run with one set of thresholds and one picture at a time: rows that no threshold lets through may stay in the graph. */
export function leanOptions(
  session: Session,
  track: TrackerOptions['algorithm'] | 'none',
): Pick<EngineOptions, 'scoreFloor' | 'maxBatch'> {
  const scoreFloor: EngineOptions['scoreFloor'] = (card) => {
    const reported = detectionFor(trackedDetection(detectOptions(session, card.labels), card, track));
    return createSuppressor(suppressOptions(card, reported)).floor;
  };
  return { scoreFloor, maxBatch: 1 };
}

/** The bundled model: in the folder of models, or else in the one that came with lookout. */
function defaultModel(models: string): string {
  const named = namedModel(DEFAULT_MODEL, models);
  if (named !== DEFAULT_MODEL || existsSync(join(models, DEFAULT_MODEL, 'card.json'))) return named;
  throw new LookoutError(
    'config',
    `no model: expected --model with a name in ${models} or an .onnx file; \`lookout models list\` shows what is there`,
  );
}

function sizeOf(size: number | string): number | Size {
  if (typeof size === 'number') return size;
  const [width, height] = size.split('x').map(Number);
  return { width: width!, height: height! };
}

/** The settings of suppression in the terms of `createDetect`: what nobody chose is left to the model's card. */
export function detectOptions(
  { settings, isChosen }: Pick<Session, 'settings' | 'isChosen'>,
  labels: readonly string[],
): DetectOptions {
  const { score, perClass, classes, iou, mode, groups, soft, sigma, maxDetections } = settings.suppression;
  const grouped = mode === 'groups' || (groups.length > 0 && !isChosen('suppression.mode'));
  return {
    ...(isChosen('suppression.score') && { score }),
    ...(Object.keys(perClass).length > 0 && { scores: perClass }),
    ...(classes.length > 0 && { labels: classes.map((each) => labelOf(each, labels)) }),
    ...(isChosen('suppression.iou') && { iou }),
    ...(mode === 'agnostic' && { classAgnostic: true }),
    ...(grouped && { groups }),
    ...(soft === 'linear' && { soft: { method: 'linear' as const } }),
    ...(soft === 'gaussian' && { soft: { method: 'gaussian' as const, sigma } }),
    maxDetections,
  };
}

function labelOf(classLabel: string | number, labels: readonly string[]): string {
  if (typeof classLabel === 'string') return classLabel;
  const label = labels[classLabel];
  if (label !== undefined) return label;
  throw new LookoutError('config', `class ${classLabel}: the model has classes 0 to ${labels.length - 1}`);
}
