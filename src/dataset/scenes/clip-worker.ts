import { parentPort, workerData } from 'node:worker_threads';
import { type SceneOptions, StreetScene } from './scene.js';

/** One thread that draws frames of a scene as they are asked for. */
const scene = new StreetScene(workerData as SceneOptions);
const port = parentPort!;

port.on('message', ({ seq, seconds }: { seq: number; seconds: number }) => {
  const { rgba, annotations } = scene.frame(seconds);
  const copy = rgba.slice();
  port.postMessage({ seq, rgba: copy, annotations }, [copy.buffer]);
});
