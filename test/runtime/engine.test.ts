import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Engine } from '#core/engine.js';
import { Random } from '#core/random.js';
import { openEngine } from '#runtime/engine.js';
import { PlanCache } from '#runtime/plan-cache.js';
import { yolov7Numbered } from './tiny-end-to-end.js';
import { scrfd } from './tiny-faces.js';
import { cellRows, columns, type TinyModel } from './tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'lookout-engine-'));
const cacheDir = join(folder, 'cache');
const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
async function open(model: TinyModel, options: Partial<Parameters<typeof openEngine>[0]> = {}): Promise<Engine> {
  const path = join(folder, `model${files++}.onnx`);
  writeFileSync(path, model.bytes);
  const engine = await openEngine({ model: path, device: 'cpu', workers: 1, threads: 1, cacheDir, ...options });
  engines.push(engine);
  return engine;
}

function picture(engine: Engine, seed: number): Uint8Array<ArrayBuffer> {
  const { width, height } = engine.card.input.size;
  const random = new Random(seed);
  return Uint8Array.from({ length: 3 * width * height }, () => random.below(256));
}

const values = (output: ReadonlyMap<string, { readonly data: Float32Array }>) =>
  [...output.values()].map(({ data }) => [...data]);

const FREE_BATCH = { dims: ['batch', 3, 96, 96] };

describe('an engine', () => {
  it('gives the outputs of one picture by the names of the card', async () => {
    const engine = await open(columns(84));
    const { outputs, pictures, inferenceMs } = await engine.infer([picture(engine, 1)]);
    const [name] = engine.card.outputs.map((output) => output.name);
    expect(outputs).toHaveLength(1);
    expect(outputs[0]!.get(name!)!.dims).toEqual([1, 84, 189]);
    expect(outputs[0]!.get(name!)!.data.some((value) => value !== 0)).toBe(true);
    expect(pictures[0]).toEqual(picture(engine, 1));
    expect(inferenceMs).toBeGreaterThan(0);
  });

  it('gives the same, alone or among others, in the order of the calls', async () => {
    const engine = await open(columns(84), { workers: 2, threads: 1 });
    expect([engine.workers, engine.threadsPerWorker]).toEqual([2, 1]);
    const alone = [];
    for (const seed of [1, 2, 3, 4, 5]) alone.push(values((await engine.infer([picture(engine, seed)])).outputs[0]!));
    const together = await Promise.all([1, 2, 3, 4, 5].map((seed) => engine.infer([picture(engine, seed)])));
    expect(together.map(({ outputs }) => values(outputs[0]!))).toEqual(alone);
  });

  it('gives as many rows as a graph finds that suppresses by itself, none too', async () => {
    const labels = ['a', 'b', 'c', 'd', 'e'];
    const engine = await open(yolov7Numbered(5, 96, 96, 0.51), { labels });
    const counts = new Set<number>();
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const [output] = (await engine.infer([picture(engine, seed)])).outputs;
      const { dims, data } = output!.get('output')!;
      expect(data.length).toBe(dims[0]! * 7);
      counts.add(dims[0]!);
      engine.reuse(output!);
    }
    expect(counts.size).toBeGreaterThan(1);
    const blind = await open(yolov7Numbered(5, 96, 96, 0.9999999), { labels });
    expect((await blind.infer([picture(blind, 1)])).outputs[0]!.get('output')!.dims).toEqual([0, 7]);
  });

  it('writes into outputs that were given back, and gives the same', async () => {
    const engine = await open(columns(84));
    const infer = async (seed: number) => (await engine.infer([picture(engine, seed)])).outputs[0]!;
    const [first, second] = [values(await infer(1)), values(await infer(2))];
    expect(first).not.toEqual(second);
    let given = await infer(1);
    for (let run = 0; run < 4; run++) {
      engine.reuse(given);
      const next = await infer(1 + ((run + 1) % 2));
      for (const { data } of given.values()) expect(data.length).toBe(0);
      expect(values(next)).toEqual(run % 2 === 0 ? second : first);
      given = next;
    }
  });

  it('takes outputs back of graphs whose outputs change, and lets them be', async () => {
    const engine = await open(columns(84, FREE_BATCH), { maxBatch: 2 });
    const { outputs } = await engine.infer([picture(engine, 1)]);
    const before = values(outputs[0]!);
    engine.reuse(outputs[0]!);
    await engine.infer([picture(engine, 2)]);
    expect(values(outputs[0]!)).toEqual(before);
  });

  it('uses the same buffers again and again', async () => {
    const engine = await open(columns(84));
    let own = picture(engine, 1);
    const first = values((await engine.infer([own.slice()])).outputs[0]!);
    for (let run = 0; run < 5; run++) {
      const { outputs, pictures } = await engine.infer([own]);
      expect(own.length).toBe(0);
      own = pictures[0] as Uint8Array<ArrayBuffer>;
      expect(values(outputs[0]!)).toEqual(first);
    }
  });

  it('runs several pictures at once where the batch is free, and gives each its own outputs', async () => {
    const engine = await open(columns(84, FREE_BATCH));
    expect(engine.maxBatch).toBe(16);
    const seeds = [5, 6, 7];
    const alone = await Promise.all(seeds.map((seed) => engine.infer([picture(engine, seed)])));
    const { outputs } = await engine.infer(seeds.map((seed) => picture(engine, seed)));
    for (const [at, output] of outputs.entries()) {
      const [found, wanted] = [values(output)[0]!, values(alone[at]!.outputs[0]!)[0]!];
      expect(Math.max(...found.map((value, each) => Math.abs(value - wanted[each]!)))).toBeLessThan(1e-4);
    }
    expect([...outputs[0]!.values()][0]!.dims).toEqual([1, 84, 189]);
  });

  it('fills up a fixed batch', async () => {
    const engine = await open(columns(84, { dims: [4, 3, 96, 96] }));
    expect(engine.maxBatch).toBe(4);
    const single = await open(columns(84));
    const { outputs } = await engine.infer([picture(engine, 8), picture(engine, 9)]);
    const wanted = values((await single.infer([picture(single, 9)])).outputs[0]!)[0]!;
    const found = values(outputs[1]!)[0]!;
    expect(outputs).toHaveLength(2);
    expect(Math.max(...found.map((value, at) => Math.abs(value - wanted[at]!)))).toBeLessThan(1e-4);
  });

  it('does not batch what only says that it can', async () => {
    // Scores of all pictures in one run of rows: nobody knows whose they are.
    const engine = await open(scrfd(FREE_BATCH));
    expect(engine.maxBatch).toBe(1);
  });

  it.each([
    ['a picture of another size', (size: number) => [new Uint8Array(size - 1)]],
    ['no picture', () => []],
    ['more pictures than the batch holds', (size: number) => [new Uint8Array(size), new Uint8Array(size)]],
    ['a view of a part of a buffer', (size: number) => [new Uint8Array(new ArrayBuffer(size + 4), 4)]],
  ])('refuses %s', async (_, pictures) => {
    const engine = await open(columns(84));
    await expect(engine.infer(pictures(3 * 96 * 96))).rejects.toThrow(RangeError);
  });

  it('is fed at the size that was asked for, rounded up to the stride', async () => {
    const engine = await open(columns(84, { dims: [1, 3, 'h', 'w'] }), { imgsz: 100 });
    expect(engine.card.input.size).toEqual({ width: 128, height: 128 });
    const { outputs } = await engine.infer([picture(engine, 1)]);
    expect([...outputs[0]!.values()][0]!.dims).toEqual([1, 84, 336]);
  });

  it('finishes what runs when it is closed, and takes nothing more', async () => {
    const engine = await open(columns(84), { workers: 1, threads: 1 });
    const running = engine.infer([picture(engine, 1)]);
    await engine.close();
    expect((await running).outputs).toHaveLength(1);
    await expect(engine.infer([picture(engine, 1)])).rejects.toThrow(/closed/);
    await engine.close();
  });

  it.each([
    ['workers', { workers: 0 }, /workers: expected a whole number in 1..256, got 0/],
    ['threads', { threads: 1.5 }, /threads: expected a whole number/],
    ['imgsz', { imgsz: -1 }, /imgsz: expected a whole number of pixels/],
    ['a device', { device: 'abacus' }, /device "abacus": expected auto or one of .*cpu/],
    ['a preset', { preset: 'yolov1' }, /preset "yolov1" is unknown: expected one of yolov2, yolov3/],
  ])('refuses bad %s', async (_, options, message) => {
    await expect(open(columns(84), options)).rejects.toThrow(message);
  });

  it('remembers how a model is run best, and measures again what it cannot read', async () => {
    const plans = join(cacheDir, 'plans');
    const model = cellRows(30);
    const measured = { workers: undefined, threads: undefined };
    const first = await open(model, measured);
    const before = readdirSync(plans);
    const again = await open(model, measured);
    expect([again.workers, again.threadsPerWorker, again.maxBatch]).toEqual([
      first.workers,
      first.threadsPerWorker,
      first.maxBatch,
    ]);
    expect(readdirSync(plans)).toEqual(before);
    for (const name of before) writeFileSync(join(plans, name), '{"plan":');
    const third = await open(model, measured);
    expect((await third.infer([picture(third, 1)])).outputs).toHaveLength(1);
  });

  it('survives a plan that this machine cannot follow any more', async () => {
    const cache = new PlanCache(cacheDir);
    const model = cellRows(31);
    await open(model);
    const plan = { provider: 'cuda', workers: 1, threads: 1, maxBatch: 1, lean: false, fellBack: [] };
    for (const name of readdirSync(join(cacheDir, 'plans'))) {
      writeFileSync(join(cacheDir, 'plans', name), JSON.stringify({ savedAt: Date.now(), plan }));
    }
    const engine = await open(model);
    expect(engine.device.ran).toBe('cpu');
    expect(await cache.load('something else')).toBeUndefined();
  });

  it('says what was asked for, what runs, and why nothing faster does', async () => {
    const engine = await open(columns(84), { device: 'auto' });
    const { asked, ran, fellBack } = engine.device;
    expect(asked).toBe('auto');
    if (ran === 'cpu') for (const reason of fellBack) expect(reason).toMatch(/^(cuda|dml|coreml|webgpu): ./);
    else expect(['cuda', 'dml', 'coreml', 'webgpu']).toContain(ran);
  });
});
