import type { Card } from '#core/card.js';
import type { Detection } from '#core/detection.js';
import { LookoutError } from '#core/errors.js';
import type { Letterbox } from '#core/letterbox.js';
import type { Size } from '#core/size.js';
import { didYouMean } from '#core/suggest.js';
import type { RawOutput } from '#core/tensor.js';
import { Candidates } from './candidates.js';
import { createDecoder, type ReadableCard } from './decode.js';
import type { Decoder } from './decoders/decoder.js';
import { isEndToEnd } from './decoders/end-to-end.js';
import { type Explanation, explanationOf, toDetections } from './detections.js';
import type { Drop } from './nms/explained.js';
import type { SoftNms } from './nms/soft.js';
import { createSuppressor, DEFAULT_SCORE, type SuppressOptions } from './suppress.js';

/** The parts of a card that say which of its outputs are detections. */
export type DetectorCard = ReadableCard & Pick<Card, 'thresholds'>;

/** What a user may say about which boxes to report. Absent: the card's thresholds, then 0.25, 0.45 and 300. */
export interface DetectOptions {
  /** Least score, 0..1. */
  readonly score?: number;
  /** Least scores of single labels. */
  readonly scores?: Readonly<Record<string, number>>;
  /** The labels that are wanted. */
  readonly labels?: readonly string[];
  /** IoU threshold of the suppression, 0..1. End-to-end models are not suppressed unless one is given. */
  readonly iou?: number;
  /** Boxes of all labels suppress each other. */
  readonly classAgnostic?: boolean;
  /** Labels that suppress each other, e.g. `[['car', 'truck', 'bus']]`. */
  readonly groups?: readonly (readonly string[])[];
  readonly soft?: SoftNms;
  readonly maxDetections?: number;
  /** Told of each candidate above the score threshold that is not reported. */
  readonly explain?: (explanation: Explanation) => void;
}

/** Reads the detections of one picture: source px, clipped, best score first. */
export type Detect = (outputs: RawOutput, letterbox: Letterbox) => Detection[];

/**
 * The whole way from raw outputs to detections: decode, suppress, map to the source. Made once per model; the memory for
 * candidates is used again for each picture.
 * @throws LookoutError kind `config` for labels that the card does not have, RangeError for thresholds outside 0..1.
 */
export function createDetect(card: DetectorCard, options: DetectOptions = {}): Detect {
  const decoderFor = decodersOf(card);
  const candidates = new Candidates(decoderFor(card.input.size).landmarkCount);
  let drops: Drop[] | undefined;
  const explain = options.explain && ((drop: Drop) => drops!.push(drop));
  const suppressor = createSuppressor({ ...suppressOptions(card, options), explain });
  return (outputs, letterbox) => {
    drops = [];
    candidates.clear();
    decoderFor(letterbox.input).decode(outputs, suppressor.floor, candidates);
    const selection = suppressor.suppress(candidates);
    const detections = toDetections(candidates, selection, { letterbox, labels: card.labels, explain });
    for (const drop of drops) options.explain?.(explanationOf(drop, candidates, { letterbox, labels: card.labels }));
    return detections;
  };
}

/** The decoder of a card for an input size: made once for each. */
function decodersOf(card: ReadableCard): (input: Size) => Decoder {
  const made = new Map<string, Decoder>();
  return (size) => {
    const key = `${size.width}x${size.height}`;
    const decoder = made.get(key) ?? createDecoder({ ...card, input: { ...card.input, size } });
    made.set(key, decoder);
    return decoder;
  };
}

/** A user's options in the terms of `suppress`: class ids for labels, the card's thresholds where the user has none. */
export function suppressOptions(card: DetectorCard, options: DetectOptions): SuppressOptions {
  const { labels, thresholds = {}, decoder } = card;
  const idOf = (label: string): number => {
    const id = labels.indexOf(label);
    if (id >= 0) return id;
    const known = labels.length > 12 ? `${labels.slice(0, 12).join(', ')}, ... (${labels.length})` : labels.join(', ');
    const meant = didYouMean(label, labels);
    const hint = meant === undefined ? '' : `${meant} `;
    throw new LookoutError('config', `label "${label}": the model has no such label; ${hint}it has ${known}`);
  };
  // A threshold that the user gives for all goes before the card's of a single class.
  const scores = { ...(options.score === undefined ? thresholds.perClass : {}), ...options.scores };
  const groups = options.groups?.map((group) => group.map(idOf));
  return {
    score: options.score ?? thresholds.score ?? DEFAULT_SCORE,
    classScores: new Map(Object.entries(scores).map(([label, score]) => [idOf(label), score])),
    classes: options.labels && new Set(options.labels.map(idOf)),
    iou: options.iou ?? (isEndToEnd(decoder) ? 1 : thresholds.iou),
    among: options.classAgnostic ? 'all' : (groups ?? 'class'),
    soft: options.soft,
    maxDetections: options.maxDetections,
  };
}
