import * as ort from 'onnxruntime-node';
import { LookoutError, messageOf } from '#core/errors.js';
import type { ElementType } from '#core/tensor.js';

ort.env.logLevel = 'fatal';

export type TypedArray =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int32Array
  | BigInt64Array;

/** A tensor of any element type that lookout feeds or reads. float16 as its bits (Uint16Array), bool as 0 and 1. */
export interface TypedTensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: TypedArray;
}

/** An input or output of a session; -1 where a dimension is free. */
export interface SessionValue {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
}

export interface SessionOptions {
  /** ONNX Runtime's name of the execution provider: `cpu`, `webgpu`, `cuda`, ... */
  readonly provider: string;
  /** Threads inside one operator; 1 runs on the calling thread alone. */
  readonly threads: number;
  /** Path prefix of a profile that is written when {@link Session.endProfile} is called. */
  readonly profile?: string;
  readonly optimisation?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Threads wait busily between operators: for training steps of a thousand operators, on cores of their own. */
  readonly spinning?: boolean;
  /** Numbers below 1.2e-38 count as 0: training makes many of them, and the CPU is slow with them. */
  readonly flushDenormals?: boolean;
  /**
   * Whether the second run lays all its tensors into one new block. Default true; a training step then holds its memory twice,
   * and is no faster.
   */
  readonly memoryPattern?: boolean;
}

function runtimeOptions(options: SessionOptions): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [options.provider],
    graphOptimizationLevel: options.optimisation ?? 'all',
    executionMode: 'sequential',
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    enableCpuMemArena: true,
    enableMemPattern: options.memoryPattern ?? true,
    logSeverityLevel: 4,
    ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    // Spinning burns what others need: YOLOX-nano with two threads on two busy cores took 33 ms of CPU time with it, 19 without.
    extra: {
      session: {
        intra_op: { allow_spinning: options.spinning ? '1' : '0' },
        inter_op: { allow_spinning: '0' },
        ...(options.flushDenormals && { set_denormal_as_zero: '1' }),
      },
    },
  };
}

function describe(metadata: ort.InferenceSession.ValueMetadata): SessionValue {
  if (!metadata.isTensor) return { name: metadata.name, type: 'no tensor', dims: [] };
  const dims = metadata.shape.map((dim) => (typeof dim === 'number' ? dim : -1));
  return { name: metadata.name, type: metadata.type, dims };
}

/**
 * One ONNX Runtime session. `run` blocks its thread for the whole inference although it returns a promise, so a session
 * belongs into a worker thread or a child process. Sessions leak when created and released again and again
 * (microsoft/onnxruntime #25325): one per thread, and another thread for another model.
 */
export class Session {
  readonly inputs: readonly SessionValue[];
  readonly outputs: readonly SessionValue[];
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
    this.inputs = session.inputMetadata.map(describe);
    this.outputs = session.outputMetadata.map(describe);
  }

  /** @throws LookoutError kind `model` with the runtime's own words. */
  static async open(model: Uint8Array, options: SessionOptions): Promise<Session> {
    try {
      return new Session(await ort.InferenceSession.create(model, runtimeOptions(options)));
    } catch (error) {
      throw new LookoutError('model', `ONNX Runtime refused the model: ${messageOf(error).trim()}`, { cause: error });
    }
  }

  /**
   * Runs the graph; outputs that are not asked for are not computed. Outputs named in `into` are written into the tensors
   * given there, which must have their shape; the others get memory of their own.
   * @throws LookoutError kind `inference`.
   */
  async run(
    feeds: Iterable<readonly [string, TypedTensor]>,
    wanted: readonly string[] = this.outputs.map(({ name }) => name),
    into: ReadonlyMap<string, TypedTensor> = new Map(),
  ): Promise<Map<string, TypedTensor>> {
    try {
      const inputs: Record<string, ort.Tensor> = {};
      for (const [name, tensor] of feeds) inputs[name] = runtimeTensor(tensor);
      const fetches: Record<string, ort.Tensor | null> = {};
      for (const name of wanted) fetches[name] = into.has(name) ? runtimeTensor(into.get(name)!) : null;
      const results = await this.#session.run(inputs, fetches);
      const outputs = new Map<string, TypedTensor>();
      for (const { name } of this.outputs) {
        const { type, dims, data } = results[name] ?? {};
        if (data) outputs.set(name, { type: type as ElementType, dims: dims!, data: data as TypedArray });
      }
      return outputs;
    } catch (error) {
      throw new LookoutError('inference', `ONNX Runtime failed: ${messageOf(error).trim()}`, { cause: error });
    }
  }

  /** Ends profiling, which writes the file. */
  endProfile(): void {
    this.#session.endProfiling();
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

function runtimeTensor({ type, data, dims }: TypedTensor): ort.Tensor {
  return new ort.Tensor(type, data as Float32Array, dims);
}

/** Names of the execution providers that this build of ONNX Runtime knows; not all of them run on this machine. */
export function knownProviders(): readonly string[] {
  return ort.listSupportedBackends().map(({ name }) => name);
}

/** Version of ONNX Runtime's Node.js binding. */
export function runtimeVersion(): string {
  return ort.env.versions.node ?? ort.env.versions.common;
}
