import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Engine } from '#core/engine.js';
import type { LiveCameras } from '#pipeline/live/live-cameras.js';
import { type Around, brightEngine, camerasOf } from './support.js';

export interface Bright {
  readonly engine: Engine;
  /** Cameras around the engine, until the end of the test. */
  open(more?: Around): LiveCameras;
}

/** The engine of the bright model for the tests of one file. Cameras end with their test. */
export function bright(folder: string): Bright {
  let engine: Engine;
  const opened: LiveCameras[] = [];
  beforeAll(async () => {
    engine = await brightEngine(folder);
  });
  afterEach(async () => {
    for (const cameras of opened.splice(0)) await cameras.close();
  });
  afterAll(() => engine.close());
  return {
    get engine() {
      return engine;
    },
    open(more) {
      const cameras = camerasOf(engine, more);
      opened.push(cameras);
      return cameras;
    },
  };
}
