/** Media time behind the playhead that is kept, seconds. */
const KEPT_SECONDS = 6;
/** Trimming costs a little: only when this much can go. */
const WORTH_SECONDS = 10;

/**
 * Up to where a buffer may be emptied, or undefined when it is not worth it. Always a key frame: taking one away would take
 * all pictures that depend on it, up to the next key frame, which may be those that are about to be shown
 * (Media Source Extensions, "coded frame removal").
 * @param keyframes media times, rising
 */
export function trimEnd(
  keyframes: readonly number[],
  { bufferedStart, currentTime }: { readonly bufferedStart: number; readonly currentTime: number },
  worthSeconds = WORTH_SECONDS,
): number | undefined {
  const end = keyframes.findLast((time) => time <= currentTime - KEPT_SECONDS);
  return end !== undefined && end - bufferedStart >= worthSeconds ? end : undefined;
}
