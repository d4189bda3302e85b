import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '#core/errors.js';
import { BatchMaker, type BatchPlan } from './batch-maker.js';
import { PictureCache, type SharedCache } from './picture-cache.js';

/** One thread of the loader: makes the batches that it is asked for, one after another. */
const { plan, cache } = workerData as { plan: BatchPlan; cache: SharedCache };
const maker = new BatchMaker(plan, new PictureCache(cache));
const port = parentPort!;
let last = Promise.resolve();

port.on('message', ({ epoch, step, buffer }: { epoch: number; step: number; buffer: ArrayBuffer }) => {
  last = last.then(async () => {
    try {
      const batch = await maker.make(epoch, step, buffer);
      port.postMessage({ epoch, step, batch }, [buffer]);
    } catch (error) {
      port.postMessage({ epoch, step, error: messageOf(error) }, [buffer]);
    }
  });
});
