import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation of all heaps at its first size (1 MB) instead of letting it grow to 16: what lives for one
 * frame is small, and large things (pixels, outputs) are not in the heap. To be called first: what has grown does not shrink.
 *
 * V8 sets the factor back to 2 for all heaps whenever it makes one (`Heap::ConfigureHeap`), so that it is set again with
 * every worker thread.
 */
export function keepHeapSteady(): void {
  stopGrowth();
  process.on('worker', (worker) => worker.once('online', stopGrowth));
}

function stopGrowth(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
