import type { CentredBox } from '#core/box.js';
import type { Batch } from '#dataset/batch.js';
import type { Feed } from '#runtime/worker-protocol.js';
import type { Assign, HeadGrid, Truth } from '#vision/assignment/types.js';

// N pictures, A anchors per cell, H W cells, C classes, M rows for the positives of one head.

/** One head as its targets are laid out. */
export interface TargetHead extends HeadGrid {
  /** The network's output, which prefixes the names of its targets. */
  readonly output: string;
  /** M: positives beyond it are left out. */
  readonly positives: number;
}

export interface TargetOptions {
  readonly heads: readonly TargetHead[];
  /** N */
  readonly batch: number;
  /** C */
  readonly classes: number;
  readonly assign: Assign;
  /** 0..0.5 */
  readonly labelSmoothing: number;
  /** Softmax needs no class weights: its target is left out of the feeds. */
  readonly softmax: boolean;
  /** Weight of the background of pictures that are not labelled for all classes, 0..1. */
  readonly partial: number;
}

/** The objects of each picture of a batch, as assignment wants them. */
export function truthsOf({ objects }: Batch, pictures: number): Truth[][] {
  const truths = Array.from({ length: pictures }, (): Truth[] => []);
  objects.picture.forEach((picture, m) => {
    const [x1, y1, x2, y2] = objects.boxes.subarray(4 * m, 4 * m + 4) as unknown as [number, number, number, number];
    const box: CentredBox = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
    truths[picture]!.push({ box, classId: objects.classIds[m]!, ...(objects.ignored[m] === 1 && { ignored: true }) });
  });
  return truths;
}

/**
 * What the loss compares the heads with: for each head its positives as rows, and a weight for the objectness of every
 * anchor of every cell. Positives that find no row any more are spread evenly over the list, not cut off its end, and
 * counted; their cells are not judged.
 */
export function targetFeeds(batch: Batch, options: TargetOptions): { readonly feeds: Feed[]; readonly left: number } {
  const truths = truthsOf(batch, options.batch);
  const { positives, ignored } = options.assign(truths, options.heads);
  let left = 0;
  const feeds = options.heads.flatMap((head, h) => {
    const rows = new HeadRows(head, options, batch);
    const all = positives[h]!;
    const fitting = Math.min(all.length, head.positives);
    left += all.length - fitting;
    rows.weighBackground();
    for (const slot of ignored[h]!) rows.ignore(slot);
    for (const positive of all) rows.ignore(positive);
    for (let row = 0; row < fitting; row++) {
      const positive = all[Math.floor((row * all.length) / fitting)]!;
      rows.set(row, positive, truths[positive.picture]![positive.truth]!);
    }
    return rows.feeds();
  });
  return { feeds, left };
}

type Slot = { readonly picture: number; readonly anchor: number; readonly row: number; readonly column: number };

/** The target tensors of one head. */
class HeadRows {
  readonly #head: TargetHead;
  readonly #options: TargetOptions;
  readonly #batch: Batch;
  readonly #cells: Int32Array<ArrayBuffer>;
  readonly #valid: Float32Array<ArrayBuffer>;
  readonly #boxes: Float32Array<ArrayBuffer>;
  readonly #weights: Float32Array<ArrayBuffer>;
  readonly #classes: Float32Array<ArrayBuffer>;
  readonly #classWeights: Float32Array<ArrayBuffer>;

  constructor(head: TargetHead, options: TargetOptions, batch: Batch) {
    const { positives: M, rows, columns, anchors } = head;
    this.#head = head;
    this.#options = options;
    this.#batch = batch;
    this.#cells = new Int32Array(M);
    this.#valid = new Float32Array(M);
    // Unused rows hold a box that every measure of overlap can be computed for.
    this.#boxes = Float32Array.from({ length: 4 * M }, (_, at) => (at % 4 < 2 ? 0 : 1));
    this.#weights = new Float32Array(options.batch * anchors.length * rows * columns);
    this.#classes = new Float32Array(M * options.classes);
    this.#classWeights = new Float32Array(M * options.classes);
    if (options.softmax) for (let m = 0; m < M; m++) this.#classes[m * options.classes] = 1;
  }

  /** 1 for what is background unless an object is there; less where not all classes are labelled; 0 for padding pictures. */
  weighBackground(): void {
    const { batch: N, classes: C, partial } = this.#options;
    const each = this.#weights.length / N;
    for (let n = 0; n < this.#batch.count; n++) {
      const isWhole = this.#batch.labelled.subarray(n * C, (n + 1) * C).every((known) => known === 1);
      this.#weights.fill(isWhole ? 1 : partial, n * each, (n + 1) * each);
    }
  }

  ignore(slot: Slot): void {
    this.#weights[this.#cellOf(slot)] = 0;
  }

  set(row: number, slot: Slot, { box: [cx, cy, width, height], classId }: Truth): void {
    const { stride } = this.#head;
    const { classes: C, labelSmoothing, softmax } = this.#options;
    const cell = this.#cellOf(slot);
    this.#cells[row] = cell;
    this.#valid[row] = 1;
    this.#weights[cell] = 1;
    this.#boxes.set([cx / stride - slot.column, cy / stride - slot.row, width / stride, height / stride], 4 * row);
    const off = softmax ? labelSmoothing / C : labelSmoothing / 2;
    this.#classes.fill(off, row * C, (row + 1) * C);
    this.#classes[row * C + classId] = off + 1 - labelSmoothing;
    this.#classWeights.set(this.#batch.labelled.subarray(slot.picture * C, (slot.picture + 1) * C), row * C);
  }

  feeds(): Feed[] {
    const { output, positives: M } = this.#head;
    const { classes: C, softmax } = this.#options;
    const feed = (name: string, dims: readonly number[], data: Float32Array | Int32Array): Feed => {
      const type = data instanceof Int32Array ? 'int32' : 'float32';
      return { name: `${output}/${name}`, type, dims, parts: [data] };
    };
    return [
      feed('cells', [M], this.#cells),
      feed('valid', [M], this.#valid),
      feed('boxes', [M, 4], this.#boxes),
      feed('objectnessWeights', [this.#weights.length], this.#weights),
      feed('classes', [M, C], this.#classes),
      ...(softmax ? [] : [feed('classWeights', [M, C], this.#classWeights)]),
    ];
  }

  #cellOf({ picture, anchor, row, column }: Slot): number {
    const { rows, columns, anchors } = this.#head;
    return ((picture * anchors.length + anchor) * rows + row) * columns + column;
  }
}
