import type { Card, DecoderSpec, InputSpec, ValueSpec } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import type { Dim } from '#onnx/model.js';
import { isEndToEnd } from '#vision/decoders/end-to-end.js';
import { COCO_LABELS } from './coco-labels.js';
import { batchOf } from './examine.js';
import { defaultLabels } from './labels.js';
import type { ModelFile } from './model-file.js';
import { outputsRead } from './outputs-read.js';
import { describeValues, type ModelFacts } from './presets/facts.js';
import { isPlausible, isTurned } from './presets/plausible.js';
import type { Preset, Reading } from './presets/preset.js';
import { PRESETS } from './presets/presets.js';
import { refuseRtDetr } from './presets/rt-detr.js';

/** Tasks of Ultralytics' exporter that are no detection of upright boxes. */
const OTHER_TASKS = ['segment', 'classify', 'obb'];

function outputsOf({ outputs }: ModelFacts): string {
  return describeValues(outputs);
}

/** `--preset a or --preset b` */
function choiceOf(names: readonly string[]): string {
  return `--preset ${names.join(' or --preset ')}`;
}

/** What a named preset makes of the model. @throws LookoutError kind `model` with the shapes expected and found, and presets that fit */
export function readAs(preset: Preset, facts: ModelFacts): Reading {
  refuseRtDetr(facts);
  const reading = preset.read(facts);
  if (reading) return reading;
  const { width, height } = facts.size;
  const fitting = PRESETS.filter((other) => other.read({ ...facts, named: false })).map(({ name }) => name);
  throw new LookoutError(
    'model',
    `preset ${preset.name}: expected outputs ${preset.expects}; found ${outputsOf(facts)} for an input of ${width}x${height}` +
      (fitting.length > 0 ? `, which fit ${choiceOf(fitting)}` : ''),
  );
}

/**
 * The layouts that remain possible: of a file that has both, joined rows are read and raw heads left alone; of several, those
 * that a test inference agrees with, or where it agrees with none those that no one had to turn; of several that differ in
 * the number of classes, the one with COCO's is meant.
 */
function candidates(facts: ModelFacts): readonly { readonly preset: Preset; readonly reading: Reading }[] {
  const all = PRESETS.flatMap((preset) => {
    const reading = preset.read(facts);
    const misfit = facts.labels && !reading?.labels && facts.labels.length !== reading?.classes;
    return reading && !misfit ? [{ preset, reading }] : [];
  });
  const joined = preferred(all, ({ reading }) => reading.decoder.kind !== 'anchor-grid');
  const plausible = joined.filter(({ reading }) => isPlausible(reading, facts));
  const left = plausible.length > 0 ? plausible : preferred(joined, ({ reading }) => !isTurned(reading, facts));
  const texts = left.map(({ reading }) => JSON.stringify(reading));
  const different = left.filter((_, at) => texts.indexOf(texts[at]!) === at);
  const usual = different.filter(({ reading }) => reading.classes === COCO_LABELS.length);
  return usual.length === 1 && !facts.labels ? usual : different;
}

/** Those that pass, or all where none does. */
function preferred<T>(all: readonly T[], passes: (one: T) => boolean): readonly T[] {
  const some = all.filter(passes);
  return some.length > 0 ? some : all;
}

/** Layouts that Ultralytics' exporter names by its task. */
function ofTask(facts: ModelFacts): readonly string[] | undefined {
  const { metadata } = facts;
  const task = metadata.get('task');
  // YOLOv5's own exporter notes names and stride, and no task.
  if (task === undefined) return metadata.has('names') && metadata.has('stride') ? ['yolov5'] : undefined;
  if (OTHER_TASKS.includes(task)) {
    throw new LookoutError('model', `the file's metadata says task "${task}"; lookout reads detect and pose`);
  }
  return task === 'pose' ? ['yolov8-pose', 'yolov10'] : ['yolov10', 'yolov8', 'yolov5'];
}

/**
 * Finds the layout from metadata and shapes alone.
 * @throws LookoutError kind `model` when none fits, or several do: then it says which presets to choose among; for an RT-DETR
 */
export function guessReading(facts: ModelFacts): Reading {
  refuseRtDetr(facts);
  const names = ofTask(facts);
  for (const preset of PRESETS.filter(({ name }) => names?.includes(name))) {
    const reading = preset.read({ ...facts, named: true });
    if (reading && (!facts.labels || reading.classes === facts.labels.length)) return reading;
  }
  const found = candidates(facts);
  if (found.length === 1) return found[0]!.reading;
  const hint =
    found.length === 0
      ? (labelHint(facts) ??
        `no layout that lookout reads has such outputs; presets: ${PRESETS.map(({ name }) => name).join(', ')}`)
      : `the shapes fit several layouts; choose ${choiceOf(found.map(({ preset }) => preset.name))}`;
  throw new LookoutError('model', `the layout cannot be told from the file (${outputsOf(facts)}): ${hint}`);
}

/** What is wrong when the shapes fit and only the number of labels does not. */
function labelHint(facts: ModelFacts): string | undefined {
  const counts = new Set(candidates({ ...facts, labels: undefined }).map(({ reading }) => reading.classes));
  if (facts.labels === undefined || counts.size === 0) return undefined;
  return `expected labels of ${[...counts].join(' or ')} classes, found ${facts.labels.length} labels`;
}

function labelsOf(reading: Reading, facts: ModelFacts): readonly string[] {
  const labels = facts.labels ?? (reading.labels?.length === reading.classes ? reading.labels : undefined);
  if (!labels) return defaultLabels(reading.classes);
  if (labels.length === reading.classes) return labels;
  throw new LookoutError(
    'model',
    `labels: expected ${reading.classes}, the number of classes in ${outputsOf(facts)}; found ${labels.length} (${labels.slice(0, 5).join(', ')}${labels.length > 5 ? ', ...' : ''})`,
  );
}

type Range = Pick<InputSpec, 'mean' | 'std'>;

/** Digits of mean and std that a float32 scale bears. */
const DIGITS = 6;

/**
 * Mean and std that bring pixels to the numbers of an int8 input: q = real / scale + zeroPoint, real = (pixel - mean) / std,
 * so q = (pixel - (mean - zeroPoint * std * scale)) / (std * scale). A graph that says nothing takes pixel - 128.
 */
function int8Range({ mean, std }: Range, { quantisation }: ModelFacts): Range {
  if (!quantisation) return { mean: [128, 128, 128], std: [1, 1, 1] };
  const { scale, zeroPoint } = quantisation;
  const rounded = (value: number) => Number(value.toPrecision(DIGITS));
  const means = mean.map((value, at) => rounded(value - zeroPoint * std[at]! * scale));
  return {
    mean: means as unknown as Range['mean'],
    std: std.map((value) => rounded(value * scale)) as unknown as Range['std'],
  };
}

function inputOf({ feeding }: Reading, facts: ModelFacts): InputSpec {
  const { input, size, scaledInGraph } = facts;
  const { name, type, dims, layout } = input;
  const plain = type === 'uint8' || (scaledInGraph && feeding.std.every((value) => value === 255));
  const { fit, padding, channels, mean, std } = feeding;
  const range: Range = plain ? { mean: [0, 0, 0], std: [1, 1, 1] } : { mean, std };
  const fed = type === 'int8' ? int8Range(range, facts) : range;
  return { name, type, dims, layout, size, fit, padding, channels, ...fed };
}

/** Shapes for the card: what the test gave, free where the graph lets it depend on a free input or on what is found. */
function outputSpecs(file: ModelFile, { input, outputs }: ModelFacts, decoder: DecoderSpec): ValueSpec[] {
  const used = new Set(outputsRead(decoder));
  const declared = new Map(file.model.graph.outputs.map((output) => [output.name, output.dims]));
  const batch = batchOf(input);
  const size = isEndToEnd(decoder) ? undefined : input.dims;
  return outputs
    .filter(({ name }) => used.has(name))
    .map(({ name, type, dims }) => {
      const said = trusted(declared.get(name), size);
      const whole = batch > 1 ? [dims[0]! * batch, ...dims.slice(1)] : dims;
      return { name, type, dims: whole.map((dim, at) => (said(at) ? dim : -1)) };
    });
}

/**
 * Which dimensions of a declared shape hold for every input. Of a graph of free size, an output without a free dimension
 * still has the shape of the picture that the exporter happened to trace (insightface's SCRFD). Without an input, those that
 * are declared.
 */
function trusted(dims: readonly Dim[] | undefined, input: readonly number[] | undefined): (at: number) => boolean {
  const isFree = (dim: Dim | undefined) => typeof dim !== 'number';
  if (!input) return (at) => !isFree(dims?.[at]);
  if (input.every((dim) => dim > 0)) return () => true;
  const ofAnySize = input.slice(1).every((dim) => dim > 0) || dims?.slice(dims.length > 2 ? 1 : 0).some(isFree);
  return (at) => ofAnySize === true && !isFree(dims?.[at]);
}

export interface CardNames {
  readonly name: string;
  /** File name of the model beside the card. */
  readonly file: string;
}

/** The card of a model that is read in a given way. @throws LookoutError kind `model` when labels and classes differ in number */
export function makeCard(file: ModelFile, facts: ModelFacts, reading: Reading, names: CardNames): Card {
  const { decoder, landmarks, thresholds } = reading;
  return {
    version: 1,
    name: names.name,
    model: { file: names.file, sha256: file.sha256 },
    input: inputOf(reading, facts),
    outputs: outputSpecs(file, facts, decoder),
    decoder,
    labels: labelsOf(reading, facts),
    ...(landmarks ? { landmarks } : {}),
    ...(thresholds ? { thresholds } : {}),
  };
}
