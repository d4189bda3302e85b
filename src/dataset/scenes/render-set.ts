import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Annotation } from '#core/annotation.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { Random } from '#core/random.js';
import type { Size } from '#core/size.js';
import type { NamedSample } from '../convert/converted.js';
import { cocoFiles } from '../convert/to-coco.js';
import type { Dataset } from '../dataset.js';
import { FACE_LANDMARKS, renderFaces } from './faces.js';
import { SCENE_LABELS, StreetScene } from './scene.js';

export interface RenderSetOptions {
  readonly out: string;
  readonly kind: 'street' | 'faces';
  readonly pictures: number;
  readonly seed: number;
  readonly size: Size;
  readonly onProgress?: (done: number) => void;
}

/** Moments that are drawn of one street before the next is built. */
const MOMENTS = 8;

interface Drawn {
  readonly rgba: Uint8Array;
  readonly annotations: readonly Annotation[];
}

/**
 * Renders a labelled data set: JPEGs and a COCO file. Equal options give equal labels and, with the same encoder, equal
 * pictures. About a fifth of it is for validation, whole streets apart.
 * @throws LookoutError kind `output` when the folder cannot be written
 */
export async function renderSet(options: RenderSetOptions): Promise<Dataset> {
  const { out, kind, pictures, size } = options;
  const samples: NamedSample[] = [];
  try {
    for (const drawn of kind === 'faces' ? facePictures(options) : streetPictures(options)) {
      const n = samples.length;
      const [stem, split] = [
        `${kind}-${String(n).padStart(6, '0')}`,
        Math.floor(n / MOMENTS) % 5 === 4 ? ('val' as const) : ('train' as const),
      ];
      const folder = join(out, 'images', split);
      mkdirSync(folder, { recursive: true });
      const quality = 78 + new Random(options.seed, 95, n).below(20);
      const file = join(folder, `${stem}.jpg`);
      await sharp(drawn.rgba, { raw: { ...size, channels: 4 } })
        .removeAlpha()
        .jpeg({ quality })
        .toFile(file);
      samples.push({ file, stem, name: `${stem}.jpg`, size, split, annotations: drawn.annotations });
      options.onProgress?.(samples.length);
      if (samples.length === pictures) break;
    }
    const dataset = datasetOf(kind, samples);
    for (const [file, text] of cocoFiles(dataset, samples).files) {
      mkdirSync(join(out, 'annotations'), { recursive: true });
      writeFileSync(join(out, file), text);
    }
    return dataset;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    throw new LookoutError('output', `${out}: cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

function datasetOf(kind: RenderSetOptions['kind'], samples: readonly NamedSample[]): Dataset {
  const shared = { name: kind, format: 'scenes' as const, samples, faults: [] };
  if (kind === 'street') return { ...shared, labels: SCENE_LABELS };
  return { ...shared, labels: ['face'], landmarks: FACE_LANDMARKS, mirrored: [1, 0, 2, 4, 3] };
}

function* facePictures({ seed, size }: RenderSetOptions): Generator<Drawn> {
  for (let n = 0; ; n++) yield renderFaces({ seed: seed * 1_000_003 + n, size });
}

function* streetPictures({ seed, size }: RenderSetOptions): Generator<Drawn> {
  for (let n = 0; ; n++) {
    const scene = new StreetScene({ seed: seed * 1_000_003 + n, size });
    const random = new Random(seed, 96, n);
    for (let moment = 0; moment < MOMENTS; moment++) yield scene.frame(random.between(0, 600));
    scene.close();
  }
}
