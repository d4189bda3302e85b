import type { DecoderSpec } from '#core/card.js';
import type { ModelFacts } from './facts.js';
import type { Reading } from './preset.js';

// Shapes leave open which numbers are which; what a test inference gave can rule a reading out. N rows, C classes.

/** Rounding of what should be 0..1. */
const SLACK = 1e-3;

/** The numbers `from` to `to` of each of the N rows, or of each of the N columns. */
interface Part {
  readonly from: number;
  readonly to: number;
}

interface Rows {
  readonly values: Float32Array;
  /** Numbers per row. */
  readonly width: number;
  readonly inColumns: boolean;
}

function every({ values, width, inColumns }: Rows, { from, to }: Part, test: (value: number) => boolean): boolean {
  const count = values.length / width;
  return values.every((value, at) => {
    const number = inColumns ? Math.floor(at / count) : at % width;
    return number < from || number >= to || test(value);
  });
}

const isProbability = (value: number) => !(value < -SLACK || value > 1 + SLACK);

/** Whether a part of each row lies in 0..1. */
export function areProbabilities(rows: Rows, part: Part): boolean {
  return every(rows, part, isProbability);
}

function rowsOf({ outputs, values }: ModelFacts, name: string, width: number): Rows | undefined {
  const found = values.get(name);
  const dims = outputs.find((output) => output.name === name)?.dims;
  return found && dims && { values: found, width, inColumns: dims.at(-1) !== width };
}

/** Centres that the graph has decoded reach over the picture; raw ones stay near 0. */
export function isDecoded({ values, width, inColumns }: Rows, { size }: ModelFacts): boolean {
  return !every({ values, width, inColumns }, { from: 0, to: 1 }, (x) => x <= size.width / 2);
}

/** Whether every objectness is 1: YOLOv6 has none and leaves its place filled. */
export function hasUnitObjectness(rows: Rows): boolean {
  return every(rows, { from: 4, to: 5 }, (value) => Math.abs(value - 1) <= SLACK);
}

/**
 * Whether the test inference agrees with a reading: probabilities lie in 0..1, boxes that the graph decodes reach over the
 * picture, points are pixels, an objectness says something. Says no only where the reading would be wrong.
 */
export function isPlausible({ decoder, classes }: Reading, facts: ModelFacts): boolean {
  const width = widthOf(decoder, classes);
  const rows =
    width === undefined || !('output' in decoder) ? undefined : rowsOf(facts, [decoder.output].flat()[0]!, width);
  if (!rows) return true;
  if ((decoder.kind === 'yolox' || decoder.kind === 'columns') && hasUnitObjectness(rows)) return false;
  if (decoder.kind !== 'columns')
    return every(rows, { from: decoder.kind === 'yolox' ? 4 : 0, to: width! }, isProbability);
  const first = 4 + classes;
  const points = decoder.landmarks === 0 || !every(rows, { from: first, to: width! }, isProbability);
  return points && isDecoded(rows, facts) && every(rows, { from: 4, to: first }, isProbability);
}

/** Whether columns would have to be read as rows, as no exporter writes them by itself. */
export function isTurned({ decoder, classes }: Reading, facts: ModelFacts): boolean {
  if (decoder.kind !== 'columns') return false;
  const output = facts.outputs.find(({ name }) => name === decoder.output);
  return output?.dims.at(-1) === widthOf(decoder, classes);
}

/** Numbers per row; undefined for layouts that no other is taken for. */
function widthOf(decoder: DecoderSpec, classes: number): number | undefined {
  if (decoder.kind === 'columns') return 4 + classes + decoder.landmarks * decoder.landmarkValues;
  if (decoder.kind === 'yolox') return 5 + classes;
  return decoder.kind === 'yolo-fastest-v2' ? decoder.heads[0]!.anchors.length * 5 + classes : undefined;
}
