import type { Detection } from '#core/detection.js';

/**
 * What stands at a box, from the most to the least complete: `person 0.87` and `person`; with a track's id `#7 person 0.87`,
 * `#7 person` and `#7`.
 */
export function labelTexts({ label, score, trackId }: Detection & { readonly trackId?: number }): string[] {
  // Control characters and line ends would draw nothing, or boxes without meaning.
  const name = label.replace(/\p{C}+/gu, ' ');
  if (trackId === undefined) return [`${name} ${score.toFixed(2)}`, name];
  return [`#${trackId} ${name} ${score.toFixed(2)}`, `#${trackId} ${name}`, `#${trackId}`];
}
