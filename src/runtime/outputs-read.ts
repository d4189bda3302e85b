import type { DecoderSpec } from '#core/card.js';

/** Names of the outputs that a decoder reads. */
export function outputsRead(decoder: DecoderSpec): readonly string[] {
  switch (decoder.kind) {
    case 'anchor-grid':
    case 'distribution':
      return decoder.heads.map(({ output }) => output);
    case 'scrfd':
      return decoder.heads.flatMap(({ score, box, landmarks }) => (landmarks ? [score, box, landmarks] : [score, box]));
    case 'retinaface':
      return [decoder.boxes, decoder.scores, ...(decoder.landmarks ? [decoder.landmarks] : [])];
    case 'end-to-end-parts':
      return [decoder.count, decoder.boxes, decoder.scores, decoder.classes];
    case 'corners':
    case 'ultraface':
      return [decoder.boxes, decoder.scores];
    default:
      return [decoder.output].flat();
  }
}
