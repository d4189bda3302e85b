import type { Candidates } from './candidates.js';
import { type Drop, explainedGreedy } from './nms/explained.js';
import { GreedyNms } from './nms/greedy.js';
import { ScoreOrder } from './nms/order.js';
import type { Ranked } from './nms/ranked.js';
import { type SoftNms, softNms } from './nms/soft.js';

/** Which candidates become detections. Classes are ids: indices into the card's labels. */
export interface SuppressOptions {
  /** Least score that counts (`>=`, compared as float32), 0..1; 0.25 by default. */
  readonly score?: number;
  /** Least scores of single classes, in place of `score`. */
  readonly classScores?: ReadonlyMap<number, number>;
  /** The classes that are wanted; all by default. */
  readonly classes?: ReadonlySet<number>;
  /** A box goes when a better one overlaps it by IoU > this, 0..1; 0.45 by default. 1 suppresses nothing. */
  readonly iou?: number;
  /**
   * Which boxes suppress each other: those of one class (`class`, the default), all (`all`), or those of one class and those
   * of one group of classes (`[[2, 5, 7]]`); a class may be in one group at most.
   */
  readonly among?: 'class' | 'all' | readonly (readonly number[])[];
  /** Lowers scores by overlap in place of dropping boxes. */
  readonly soft?: SoftNms;
  /** Most detections, the best by score; 300 by default. */
  readonly maxDetections?: number;
  /** Told of each candidate that is above `score` (or its class's lower threshold) and dropped. Costs time only when given. */
  readonly explain?: (drop: Drop) => void;
}

/** What is left of some candidates. */
export interface Selection {
  /** Indices into the candidates, best score first; of equal scores the lower index first. */
  readonly indices: Uint32Array;
  /** float32, per index; the candidate's score, or what soft-NMS left of it. */
  readonly scores: Float32Array;
}

/** A configured suppression that keeps its memory from call to call. */
export interface Suppressor {
  /** Lowest score that any class may have: a decoder need not propose less. */
  readonly floor: number;
  suppress(candidates: Candidates): Selection;
}

export const DEFAULT_SCORE = 0.25;
export const DEFAULT_IOU = 0.45;
export const DEFAULT_MAX_DETECTIONS = 300;

/** One-off form of {@link createSuppressor}. */
export function suppress(candidates: Candidates, options: SuppressOptions = {}): Selection {
  return createSuppressor(options).suppress(candidates);
}

/**
 * Thresholds, class filter, non-max suppression and limit, in that order.
 * Keeps what `torchvision.ops.batched_nms` keeps, in the same order: greedy, strict `iou > threshold`, equal scores by index.
 * @throws RangeError for options outside their range.
 */
export function createSuppressor(options: SuppressOptions = {}): Suppressor {
  checkOptions(options);
  const { iou = DEFAULT_IOU, maxDetections: limit = DEFAULT_MAX_DETECTIONS, soft, explain: tell } = options;
  const floors = new Floors(options.score ?? DEFAULT_SCORE, options.classScores);
  const bucketed = bucketsOf(options.among ?? 'class');
  const scoreOrder = new ScoreOrder();
  const greedy = new GreedyNms();
  let [order, rows] = [new Uint32Array(0), new Uint32Array(0)];

  function rank(candidates: Candidates): Ranked {
    if (order.length < candidates.count) {
      order = new Uint32Array(candidates.scores.length);
      rows = new Uint32Array(candidates.scores.length);
    }
    const count = choose(candidates, { ...options, floors }, order);
    scoreOrder.sort(candidates.scores, order, count);
    return { boxes: candidates.boxes, buckets: bucketed(candidates), order, count };
  }

  return {
    floor: floors.lowest,
    suppress(candidates) {
      const ranked = rank(candidates);
      if (soft) {
        const floorOf = (row: number) => floors.of(candidates.classIds[row]);
        const left = softNms(ranked, candidates.scores, { ...soft, threshold: iou, limit, floorOf, tell });
        return { indices: left.rows, scores: left.scores };
      }
      const indices = tell
        ? explainedGreedy(ranked, iou, limit, tell)
        : rows.slice(0, greedy.run(ranked, iou, limit, rows));
      return { indices, scores: Float32Array.from(indices, (index) => candidates.scores[index]) };
    },
  };
}

/** Score thresholds by class, as the float32 numbers that scores are. */
class Floors {
  readonly lowest: number;
  readonly general: number;
  readonly #ofClass: Map<number, number>;

  constructor(score: number, classScores: ReadonlyMap<number, number> = new Map()) {
    this.general = Math.fround(score);
    this.#ofClass = new Map([...classScores].map(([id, value]) => [id, Math.fround(value)]));
    this.lowest = Math.min(this.general, ...this.#ofClass.values());
  }

  of(classId: number): number {
    return this.#ofClass.size === 0 ? this.general : (this.#ofClass.get(classId) ?? this.general);
  }
}

/** Writes the indices of the candidates that pass thresholds and class filter; returns their number. */
function choose(
  { count, scores, classIds }: Candidates,
  { floors, classes, explain }: SuppressOptions & { floors: Floors },
  indices: Uint32Array,
): number {
  let size = 0;
  for (let index = 0; index < count; index++) {
    const score = scores[index];
    if (!(score >= floors.lowest)) continue;
    if (!(score >= floors.of(classIds[index]))) {
      if (score >= floors.general) explain?.({ index, reason: 'score' });
    } else if (classes !== undefined && !classes.has(classIds[index])) explain?.({ index, reason: 'class' });
    else indices[size++] = index;
  }
  return size;
}

function bucketsOf(among: NonNullable<SuppressOptions['among']>): (candidates: Candidates) => Int32Array {
  if (among === 'class' || among.length === 0) return ({ classIds }) => classIds;
  let buckets = new Int32Array(0);
  const first = new Map(among === 'all' ? [] : among.flatMap((group) => group.map((id) => [id, group[0]] as const)));
  return ({ classIds, count }) => {
    if (buckets.length < count) buckets = new Int32Array(classIds.length);
    if (among === 'all') return buckets;
    for (let i = 0; i < count; i++) buckets[i] = first.get(classIds[i]) ?? classIds[i];
    return buckets;
  };
}

function checkOptions({ score = 0, classScores, iou = 0, among, soft, maxDetections = 0 }: SuppressOptions): void {
  for (const [name, value] of [['score', score], ['iou', iou], ...(classScores ?? [])] as const) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`suppress: expected ${name} in 0..1, got ${value}`);
  }
  if (!(maxDetections >= 0))
    throw new RangeError(`suppress: expected maxDetections of at least 0, got ${maxDetections}`);
  if (soft && !((soft.sigma ?? 0.5) > 0)) throw new RangeError(`suppress: expected sigma above 0, got ${soft.sigma}`);
  if (among === undefined || typeof among === 'string') return;
  const ids = among.flat();
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw new RangeError(`suppress: class ${twice} is in more than one group`);
}
