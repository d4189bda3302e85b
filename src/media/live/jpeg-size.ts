import type { Size } from '#core/size.js';

/** The size of a JPEG picture from its frame header (ITU-T T.81, B.2.2); undefined where there is none. */
export function jpegSize(jpeg: Uint8Array): Size | undefined {
  for (let at = 2; at + 9 <= jpeg.length; ) {
    if (jpeg[at] !== 0xff) return undefined;
    const marker = jpeg[at + 1]!;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { width: (jpeg[at + 7]! << 8) | jpeg[at + 8]!, height: (jpeg[at + 5]! << 8) | jpeg[at + 6]! };
    }
    at += 2 + ((jpeg[at + 2]! << 8) | jpeg[at + 3]!);
  }
  return undefined;
}
