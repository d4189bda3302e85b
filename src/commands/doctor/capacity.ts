import { cpus } from 'node:os';
import { capacityOf } from '#core/capacity.js';
import type { Engine } from '#core/engine.js';
import type { Finding } from './finding.js';

const MEASURED_MS = 2000;
/** How many cameras at which rate the machine carries, from the model's own throughput. */
export async function carried(engine: Engine): Promise<Finding> {
  const rate = await throughput(engine);
  const { cameras: rates } = capacityOf(rate);
  const cameras = rates.map(({ fps, cameras: count }) => `${count} at ${fps}`).join(', ');
  const words = `${rate.toFixed(0)} frames per second through the model on ${cpus().length} cores: cameras ${cameras} frames per second`;
  if (rates[0]!.cameras > 0) return { name: 'capacity', verdict: 'good', words };
  const fix = 'take a smaller model or input size; newest frames win, latency does not grow';
  return { name: 'capacity', verdict: 'note', words, fix };
}

/** Frames per second with every worker busy. */
async function throughput(engine: Engine): Promise<number> {
  const { width, height } = engine.card.input.size;
  const end = performance.now() + MEASURED_MS;
  let frames = 0;
  const work = async (): Promise<void> => {
    let picture: Uint8Array<ArrayBuffer> = new Uint8Array(3 * width * height).fill(114);
    while (performance.now() < end) {
      picture = (await engine.infer([picture])).pictures[0]!;
      frames += 1;
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: engine.workers }, work));
  return (frames * 1000) / (performance.now() - begun);
}
