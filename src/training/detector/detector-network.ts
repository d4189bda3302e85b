import type { Anchor, DecoderSpec } from '#core/card.js';
import type { Network } from '#nn/net.js';

/** A network of raw anchor-box heads. */
export interface DetectorNetwork {
  readonly network: Network;
  /** Finest first. */
  readonly heads: readonly { readonly output: string; readonly stride: number }[];
}

/** How raw heads of this trainer are read: the card's decoder. */
export function decoderOf(
  { heads }: DetectorNetwork,
  anchors: readonly (readonly Anchor[])[],
  classes: 'sigmoid' | 'softmax',
): Extract<DecoderSpec, { kind: 'anchor-grid' }> {
  const list = heads.map(({ output, stride }, h) => ({ output, stride, anchors: anchors[h]! }));
  return { kind: 'anchor-grid', heads: list, sizes: 'sigmoid', classes, gridScale: 2 };
}
