import type { Engine } from '#core/engine.js';

const BITS = 16;

/** The burnt-in clock (clock_picture.py) of a picture whose grey value at a place across is known: ms, modulo 2^16. */
export function clockOf(greyAt: (across: number) => number): number {
  let gray = 0;
  for (let bit = 0; bit < BITS; bit += 1) if (greyAt((bit + 0.5) / BITS) > 128) gray |= 1 << bit;
  for (let shift = 1; shift < BITS; shift *= 2) gray ^= gray >> shift;
  return gray;
}

/** How much later one clock is than another that it is near, ms. */
export function later(a: number, b: number): number {
  const span = 2 ** BITS;
  return ((((a - b + span / 2) % span) + span) % span) - span / 2;
}

/** The same engine, which tells the clock of each picture that is analysed, in order. */
export function readingClock(engine: Engine, tell: (clock: number) => void): Engine {
  const { card, workers, maxBatch, device, threadsPerWorker } = engine;
  const { width, height } = card.input.size;
  return {
    ...{ card, workers, maxBatch, device, threadsPerWorker, close: async () => {} },
    reuse: (outputs) => engine.reuse(outputs),
    infer: (pictures) => {
      for (const each of pictures) tell(clockOf((across) => each[width * (height >> 1) + Math.floor(across * width)]!));
      return engine.infer(pictures);
    },
  };
}
