import type { Card } from '#core/card.js';
import type { Engine } from '#core/engine.js';
import type { Frame } from '#core/frame.js';
import type { FrameSource } from '#core/source.js';

const size = { width: 64, height: 64 };

/** A card of an end-to-end model: what the fake engine says needs no suppression. */
export const card: Card = {
  version: 1,
  name: 'fake',
  model: { file: 'model.onnx', sha256: '0'.repeat(64) },
  input: {
    name: 'images',
    type: 'float32',
    dims: [1, 3, 64, 64],
    layout: 'NCHW',
    size,
    fit: 'stretch',
    padding: 114,
    channels: 'RGB',
    mean: [0, 0, 0],
    std: [255, 255, 255],
  },
  outputs: [{ name: 'output', type: 'float32', dims: [1, -1, 6] }],
  decoder: { kind: 'end-to-end', output: 'output' },
  labels: ['person', 'car'],
};

interface FakeEngineOptions {
  readonly workers?: number;
  readonly failAt?: number;
  /** Score of the best box of a picture, by its second byte. */
  readonly scoreAt?: (byte: number) => number;
}

/** An engine that finds in each picture as many boxes as its first byte says, placed by its second byte. */
export function fakeEngine(options: FakeEngineOptions = {}): Engine & { calls: number } {
  const engine = {
    calls: 0,
    card,
    device: { asked: 'cpu', ran: 'cpu', fellBack: [] },
    workers: options.workers ?? 2,
    threadsPerWorker: 1,
    maxBatch: 1,
    async infer(pictures: readonly Uint8Array<ArrayBuffer>[]) {
      engine.calls += 1;
      if (engine.calls === options.failAt) throw new Error('the engine was told to fail');
      await new Promise((resolve) => setImmediate(resolve));
      const outputs = pictures.map((picture) => {
        const rows = Array.from({ length: picture[0]! }, (_, index) => {
          const left = (picture[1]! + index * 7) % 40;
          const best = options.scoreAt?.(picture[1]!) ?? 0.9;
          return [left, 5, left + 20, 40, best - index * 0.1, index % 2];
        });
        return new Map([['output', { dims: [1, rows.length, 6], data: Float32Array.from(rows.flat()) }]]);
      });
      return { outputs, pictures, inferenceMs: 1 };
    },
    reuse() {},
    async close() {},
  };
  return engine;
}

/** A source of `count` frames, two of three with boxes; `fault` is thrown after the last. Counts what comes back. */
export function fakeSource(
  count: number,
  options: { from?: number; fault?: Error; name?: string; boxesAt?: (seq: number) => number } = {},
): FrameSource & { recycled: number; closed: boolean } {
  const { from = 0, fault, name = 'fake.mp4' } = options;
  const source = {
    info: { kind: 'video' as const, size: { width: 128, height: 128 }, frames: count },
    recycled: 0,
    closed: false,
    recycle: () => {
      source.recycled += 1;
    },
    close: async () => {
      source.closed = true;
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<Frame> {
      for (let seq = from; seq < count && !source.closed; seq += 1) {
        const data = new Uint8Array(3 * 64 * 64);
        data[0] = options.boxesAt?.(seq) ?? seq % 3;
        data[1] = seq;
        yield {
          stamp: { source: name, seq, pts: seq / 25, size: { width: 128, height: 128 } },
          letterbox: { source: { width: 128, height: 128 }, input: size, scaleX: 0.5, scaleY: 0.5, left: 0, top: 0 },
          data,
        };
      }
      if (fault) throw fault;
    },
  };
  return source;
}
