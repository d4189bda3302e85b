import type { Detection } from '#core/detection.js';

/** What stands at a box: `person 0.87`, with a track's id `#7 person 0.87`. */
export function labelText({ label, score, trackId }: Detection & { readonly trackId?: number }): string {
  const identity = trackId === undefined ? '' : `#${trackId} `;
  // Control characters and line ends would draw nothing, or boxes without meaning.
  return `${identity}${label.replace(/\p{C}+/gu, ' ')} ${score.toFixed(2)}`;
}
