import type { Card, DecoderSpec } from '#core/card.js';
import type { RawOutput } from '#core/tensor.js';
import { Candidates } from './candidates.js';
import { anchorGrid } from './decoders/anchor-grid.js';
import { columns } from './decoders/columns.js';
import { corners, ultraface } from './decoders/corners.js';
import type { Decoder, DecoderOf } from './decoders/decoder.js';
import { distribution } from './decoders/distribution.js';
import { endToEnd, endToEndNumbered, endToEndParts } from './decoders/end-to-end.js';
import { fastestdet } from './decoders/fastestdet.js';
import { retinaface } from './decoders/retinaface.js';
import { rows } from './decoders/rows.js';
import { scrfd } from './decoders/scrfd.js';
import { yoloFastestV2 } from './decoders/yolo-fastest-v2.js';
import { yolox } from './decoders/yolox.js';

const DECODERS: { readonly [K in DecoderSpec['kind']]: DecoderOf<K> } = {
  'anchor-grid': anchorGrid,
  rows,
  'yolo-fastest-v2': yoloFastestV2,
  yolox,
  columns,
  'end-to-end': endToEnd,
  'end-to-end-numbered': endToEndNumbered,
  'end-to-end-parts': endToEndParts,
  fastestdet,
  scrfd,
  retinaface,
  corners,
  ultraface,
  distribution,
};

/** The parts of a card that say how to read a model's outputs. */
export type ReadableCard = Pick<Card, 'decoder' | 'labels' | 'input' | 'landmarks'>;

/** The decoder that a card asks for, made once per model: grids and priors are laid out here. */
export function createDecoder({ decoder, labels, input, landmarks }: ReadableCard): Decoder {
  const create = DECODERS[decoder.kind] as DecoderOf<typeof decoder.kind>;
  return create(decoder as never, { classes: labels.length, input: input.size, landmarks: landmarks?.length });
}

/** One-off form of {@link createDecoder}: all candidates of one picture with a score of at least `floor`. */
export function decode(card: ReadableCard, outputs: RawOutput, floor: number): Candidates {
  const decoder = createDecoder(card);
  const candidates = new Candidates(decoder.landmarkCount);
  decoder.decode(outputs, floor, candidates);
  return candidates;
}
