import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LookoutError } from '#core/errors.js';
import type { Dataset } from '#dataset/dataset.js';
import { Loader } from '#dataset/loader.js';
import type { DetectorSpec } from '#nn/detector.js';
import { compileForward } from '#nn/inference.js';
import type { Layout } from '#nn/layout.js';
import { encodeModel } from '#onnx/encode.js';
import { outputError, writeAtomically } from '#records/files.js';
import { StepRunner } from '#runtime/step-runner.js';
import type { FlatWeights } from '../transfer/flat-weights.js';
import { backboneNetwork, featureLength, featureMaps } from './feature-network.js';

export interface FeatureOptions {
  readonly spec: DetectorSpec;
  /** Side of the square input, px. */
  readonly side: number;
  /** Of the backbone alone. */
  readonly layout: Layout;
  readonly weights: FlatWeights;
  readonly dataset: Dataset;
  readonly folder: string;
  /** `train` or `validation`: the file's name. */
  readonly name: string;
  readonly signal?: AbortSignal;
}

/** Activations of all pictures of a data set in a file: float32 `[pictures, F]`. */
export interface FeatureFile {
  readonly path: string;
  /** F */
  readonly length: number;
  readonly dataset: Dataset;
}

/**
 * Computes what the frozen backbone makes of every picture (letterboxed, not varied), or takes the file of an earlier
 * sitting if it was made of the same weights, pictures and size.
 * @throws LookoutError kind `output` when the disk is full, `dataset` when a picture cannot be read any more
 */
export async function makeFeatures(options: FeatureOptions): Promise<FeatureFile> {
  const { spec, side, dataset, folder, name } = options;
  const length = featureLength(featureMaps(spec, side));
  const path = join(folder, `${name}.features`);
  const key = keyOf(options);
  const done = { path, length, dataset };
  if (existsSync(`${path}.key`) && (await readFile(`${path}.key`, 'utf8')) === key) return done;
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw outputError(folder, error);
  });
  await writeAtomically(path, (file) => writeAll(file, options));
  await writeAtomically(`${path}.key`, (file) => file.writeFile(key));
  return done;
}

/** Everything that the activations depend on. */
function keyOf({ side, weights, dataset, spec }: FeatureOptions): string {
  const hash = createHash('sha256').update(
    JSON.stringify([side, spec, dataset.samples.map(({ file, size }) => [file, size])]),
  );
  for (const { buffer, byteOffset, byteLength } of [weights.parameters, weights.states]) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

async function writeAll(
  file: FileHandle,
  { spec, side, layout, weights, dataset, signal }: FeatureOptions,
): Promise<void> {
  const input = { dims: [1, 3, side, side], type: 'uint8' } as const;
  const states = [
    { name: 'parameters', type: 'float32', dims: [weights.parameters.length] },
    { name: 'states', type: 'float32', dims: [weights.states.length] },
  ] as const;
  const runner = await StepRunner.open({ session: { provider: 'cpu', threads: 1 }, states });
  const loader = new Loader({
    dataset,
    batch: 1,
    sizes: [{ width: side, height: side }],
    seed: 0,
    epochs: 1,
    shuffle: false,
    workers: 1,
  });
  try {
    await runner.write(
      new Map([
        ['parameters', weights.parameters],
        ['states', weights.states],
      ]),
    );
    const model = encodeModel(compileForward(backboneNetwork(spec), input, layout));
    await runner.add({ key: 'backbone', model, reads: { parameters: 'parameters', states: 'states' }, writes: {} });
    for await (const { pictures, faults } of loader) {
      signal?.throwIfAborted();
      if (faults.length > 0) throw new LookoutError('dataset', faults[0]!.message);
      const { outputs } = await runner.run('backbone', [{ name: 'input', ...input, parts: [pictures] }]);
      const { data } = outputs.get('features')!;
      await file.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  } finally {
    await loader.close();
    await runner.close();
  }
}

/** Reads rows of a feature file. */
export class FeatureReader {
  readonly #file: FeatureFile;
  #handle: FileHandle | undefined;

  constructor(file: FeatureFile) {
    this.#file = file;
  }

  /** The features of some pictures, `[positions, F]`, into a buffer that is long enough. */
  async read(positions: ArrayLike<number>, into: Float32Array<ArrayBuffer>): Promise<void> {
    this.#handle ??= await open(this.#file.path, 'r');
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    const each = 4 * this.#file.length;
    for (let n = 0; n < positions.length; n++) {
      const { bytesRead } = await this.#handle.read(bytes, n * each, each, positions[n]! * each);
      if (bytesRead !== each) throw new LookoutError('output', `${this.#file.path} is cut off: delete it and resume`);
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}
