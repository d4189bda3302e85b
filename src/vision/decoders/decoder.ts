import type { DecoderSpec } from '#core/card.js';
import type { Size } from '#core/size.js';
import type { RawOutput } from '#core/tensor.js';
import type { Candidates } from '../candidates.js';

/** Reads one layout of raw outputs. */
export interface Decoder {
  /** K: landmarks that each candidate has. */
  readonly landmarkCount: number;
  /**
   * Appends every candidate whose score, rounded to float32, is at least `floor`: corners in input px, in the order of the rows
   * or cells. Values that are not finite never become candidates.
   * @throws LookoutError kind `model` when the outputs are not those that the card describes.
   */
  decode(outputs: RawOutput, floor: number, into: Candidates): void;
}

/** What a decoder has to know besides its own part of the card. */
export interface Reading {
  /** C: the number of the card's labels. */
  readonly classes: number;
  /** The model's input. */
  readonly input: Size;
  /** K, where the card names its landmarks. */
  readonly landmarks?: number;
}

/** Makes the decoder of one kind. */
export type DecoderOf<K extends DecoderSpec['kind']> = (
  spec: Extract<DecoderSpec, { kind: K }>,
  reading: Reading,
) => Decoder;
