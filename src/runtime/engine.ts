import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import type { Card } from '#core/card.js';
import type { DeviceReport, Engine, Inference } from '#core/engine.js';
import { LookoutError } from '#core/errors.js';
import type { RawOutput } from '#core/tensor.js';
import { hasGpuDevice } from './devices.js';
import type { EngineOptions } from './engine-options.js';
import { batchOf, outputsOf } from './examine.js';
import { loadModel } from './load-model.js';
import { makePlan } from './make-plan.js';
import { openPool } from './measure.js';
import { outputsRead } from './outputs-read.js';
import type { Plan } from './plan.js';
import { PlanCache } from './plan-cache.js';
import { type Lean, type Prepared, prepare, prepareLean } from './prepare.js';
import { Probe } from './probe.js';
import { runtimeVersion } from './session.js';
import type { ThreadPool } from './thread-pool.js';
import type { Ready, RunReply, RunRequest } from './worker-protocol.js';

type Pool = ThreadPool<Ready, RunRequest, RunReply>;

/** The engine on ONNX Runtime: worker threads around sessions. */
class OnnxEngine implements Engine {
  readonly card: Card;
  readonly device: DeviceReport;
  readonly workers: number;
  readonly threadsPerWorker: number;
  readonly maxBatch: number;
  readonly #pool: Pool;
  readonly #prepared: Prepared;
  /** Batch size of graphs that leave no choice. */
  readonly #fixedBatch: number | undefined;
  /** Whether every inference gives one picture's outputs of the same shapes, in arrays of their own. */
  readonly #hasFixedOutputs: boolean;
  /** Outputs that were read. */
  readonly #spare: RunReply['outputs'][] = [];

  constructor(card: Card, prepared: Prepared, pool: Pool, plan: Plan, asked: string) {
    this.card = card;
    this.device = { asked, ran: plan.provider, fellBack: plan.fellBack };
    this.workers = plan.workers;
    this.threadsPerWorker = plan.threads;
    this.maxBatch = plan.maxBatch;
    this.#pool = pool;
    this.#prepared = prepared;
    this.#fixedBatch = card.input.dims[0] === -1 ? undefined : batchOf(card.input);
    this.#hasFixedOutputs =
      this.#fixedBatch === 1 && pool.hello.outputs.every(({ dims }) => dims.length > 0 && dims.every((dim) => dim > 0));
  }

  async infer(pictures: readonly Uint8Array<ArrayBuffer>[], size = this.card.input.size): Promise<Inference> {
    const { width, height } = size;
    this.#check(pictures, 3 * width * height);
    const batch = this.#fixedBatch ?? pictures.length;
    const feed = {
      name: this.#prepared.input,
      type: 'uint8',
      dims: [batch, 3, height, width],
      parts: pictures,
    } as const;
    const into = this.#spare.pop() ?? [];
    const buffers = [...pictures.map(({ buffer }) => buffer), ...into.map(([, { data }]) => data.buffer)];
    const reply = await this.#pool.run({ feeds: [feed], into }, buffers as ArrayBuffer[]);
    return {
      outputs: pictures.map((_, at) => outputsOf(this.#prepared, reply.outputs, at, batch)),
      pictures: reply.feeds[0]!.parts as readonly Uint8Array<ArrayBuffer>[],
      inferenceMs: reply.inferenceMs,
    };
  }

  reuse(outputs: RawOutput): void {
    if (!this.#hasFixedOutputs || this.#spare.length > this.workers) return;
    this.#spare.push(
      this.#prepared.outputs.map(({ name, fetch }) => [fetch, { type: 'float32', ...outputs.get(name)! }] as const),
    );
  }

  #check(pictures: readonly Uint8Array<ArrayBuffer>[], bytes: number): void {
    if (pictures.length < 1 || pictures.length > this.maxBatch) {
      throw new RangeError(`Engine.infer: expected 1 to ${this.maxBatch} pictures, got ${pictures.length}`);
    }
    for (const { length, byteLength, byteOffset, buffer } of pictures) {
      if (length === bytes && byteOffset === 0 && buffer.byteLength === byteLength) continue;
      const got = `${length} bytes at offset ${byteOffset} of a buffer of ${buffer.byteLength}`;
      throw new RangeError(`Engine.infer: expected a view of a whole buffer of ${bytes} bytes, got ${got}`);
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** Everything that a plan depends on. */
function planKey({ card, prepared, lean }: Choice, options: EngineOptions): unknown {
  const { device = 'auto', workers, threads, goal, maxBatch } = options;
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES, CUDA_VISIBLE_DEVICES } = process.env;
  return {
    model: createHash('sha256').update(prepared.bytes).digest('hex'),
    reading: [card.decoder, card.labels, card.input, card.outputs],
    asked: [device, workers, threads, goal, maxBatch, lean !== undefined],
    machine: [process.platform, process.arch, cpus()[0]?.model, cpus().length, hasGpuDevice(), runtimeVersion()],
    drivers: [VK_ICD_FILENAMES, VK_DRIVER_FILES, CUDA_VISIBLE_DEVICES],
  };
}

interface Choice {
  readonly card: Card;
  readonly prepared: Prepared;
  readonly lean?: Lean;
}

async function openWith(plan: Plan, choice: Choice, asked: string): Promise<Engine> {
  const { provider, threads, workers } = plan;
  const { card, prepared } = plan.lean && choice.lean ? choice.lean : choice;
  const pool = await openPool(workers, { model: prepared.bytes, session: { provider, threads } });
  return new OnnxEngine(card, prepared, pool, plan, asked);
}

function checkOptions({ workers, threads, maxBatch }: EngineOptions): void {
  for (const [name, value] of Object.entries({ workers, threads, maxBatch })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= 256)) {
      throw new LookoutError('config', `${name}: expected a whole number in 1..256, got ${value}`);
    }
  }
}

/**
 * Loads a model behind worker threads. The first time a model is met on a machine it is tried out in a child process, which
 * takes a few hundred milliseconds and is remembered: nothing that a model does while it is tried out reaches this process.
 * @throws LookoutError kind `config` (no such model, bad option), `model` (file or card wrong), `inference` (device)
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  checkOptions(options);
  const probe = new Probe();
  try {
    const { card, file } = await loadModel(options, probe);
    const prepared = prepare(file.model, card.input, outputsRead(card.decoder));
    const { scoreFloor = 0, device: asked = 'auto' } = options;
    const floor = typeof scoreFloor === 'number' ? scoreFloor : scoreFloor(card);
    const lean = prepareLean(file.model, card, floor);
    const choice = { card, prepared, lean };
    const cache = new PlanCache(options.cacheDir);
    const key = planKey(choice, options);
    const known = await cache.load(key);
    const engine = known && (await openWith(known, choice, asked).catch(() => cache.forget(key)));
    if (engine) return engine;
    const plan = await makePlan({ ...choice, probe, options });
    await probe.close();
    const fresh = await openWith(plan, choice, asked);
    await cache.save(key, plan);
    return fresh;
  } finally {
    await probe.close();
  }
}
