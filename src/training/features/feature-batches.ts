import { Random } from '#core/random.js';
import { letterbox } from '#dataset/augmentation/layout.js';
import { type Batch, packObjects } from '#dataset/batch.js';
import type { Sample } from '#dataset/dataset.js';
import type { BatchPosition, BatchSource } from '../run/batches.js';
import type { Phase } from '../run/phases.js';
import { type FeatureFile, FeatureReader } from './feature-file.js';

export interface FeatureBatchOptions {
  readonly file: FeatureFile;
  readonly batch: number;
  readonly side: number;
  readonly seed: number;
}

/** Batches of kept features in place of pictures: float32 `[N, F]` behind `pictures`, objects as the letterbox places them. */
export class FeatureBatches implements BatchSource {
  readonly #options: FeatureBatchOptions;
  readonly #reader: FeatureReader;
  #order: { readonly epoch: number; readonly positions: Int32Array } | undefined;
  #free: ArrayBuffer | undefined;
  #waitedMs = 0;

  constructor(options: FeatureBatchOptions) {
    this.#options = options;
    this.#reader = new FeatureReader(options.file);
  }

  get waitedMs(): number {
    return this.#waitedMs;
  }

  async next(_: Phase, { epoch, step }: BatchPosition): Promise<Batch> {
    const { batch } = this.#options;
    const started = performance.now();
    const positions = this.#orderOf(epoch).subarray(step * batch, (step + 1) * batch);
    const made = await this.#make(positions, { epoch, step });
    this.#waitedMs += performance.now() - started;
    return made;
  }

  /** All pictures in their order; the last batch may be filled up with empty ones. */
  async *inOrder(): AsyncGenerator<Batch> {
    const { batch, file } = this.#options;
    const all = Int32Array.from(file.dataset.samples, (_, position) => position);
    try {
      for (let step = 0; step * batch < all.length; step++) {
        yield this.#make(all.subarray(step * batch, (step + 1) * batch), { epoch: 0, step });
      }
    } finally {
      await this.#reader.close();
    }
  }

  recycle({ pictures }: Batch): void {
    if (pictures.buffer.byteLength > 0) this.#free = pictures.buffer;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  #orderOf(epoch: number): Int32Array {
    const { file, seed } = this.#options;
    if (this.#order?.epoch !== epoch) {
      const positions = Int32Array.from(file.dataset.samples, (_, position) => position);
      this.#order = { epoch, positions: new Random(seed, epoch).shuffle(positions) };
    }
    return this.#order.positions;
  }

  async #make(positions: Int32Array, at: BatchPosition): Promise<Batch> {
    const { file, batch, side } = this.#options;
    const size = { width: side, height: side };
    const buffer = this.#free ?? new ArrayBuffer(4 * batch * file.length);
    this.#free = undefined;
    const features = new Float32Array(buffer);
    await this.#reader.read(positions, features);
    features.fill(0, positions.length * file.length);
    const { samples, labels } = file.dataset;
    const shown = Array.from(positions, (position) => samples[position]!);
    const labelled = new Uint8Array(batch * labels.length).fill(1);
    shown.forEach(({ labelled: known }, n) => {
      labels.forEach((_, c) => {
        if (known !== undefined && !known.includes(c)) labelled[n * labels.length + c] = 0;
      });
    });
    return {
      ...at,
      size,
      pictures: new Uint8Array(buffer),
      count: positions.length,
      objects: packObjects(
        shown.map((sample) => placed(sample, side)),
        0,
      ),
      labelled,
      sources: Array.from(positions, (position) => [position]),
      faults: [],
    };
  }
}

/** The objects of a picture where the letterbox puts them. */
function placed({ size, annotations }: Sample, side: number): Sample['annotations'] {
  const [scale, , left, , , top] = letterbox([0, 0, size.width, size.height], { width: side, height: side });
  return annotations.map(({ box: [x1, y1, x2, y2], ...rest }) => ({
    ...rest,
    box: [x1 * scale + left, y1 * scale + top, x2 * scale + left, y2 * scale + top] as const,
  }));
}
