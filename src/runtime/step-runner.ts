import type { SessionOptions, TypedArray, TypedTensor } from './session.js';
import type { Combination, StepBoard } from './step-board.js';
import type { StateSpec, StepGraph, StepReply, StepRequest } from './step-protocol.js';
import { Thread } from './thread.js';
import type { Feed } from './worker-protocol.js';

/** What one run gave. */
export interface StepResult {
  /** All outputs that are no state, by name. */
  readonly outputs: ReadonlyMap<string, TypedTensor>;
  /** What was handed in, given back for reuse. */
  readonly feeds: readonly Feed[];
  /** Time inside the runtime, ms. */
  readonly runMs: number;
}

/**
 * Graphs that share state, in a worker thread of their own: training steps of several input sizes and the forward pass of
 * the validation. State goes in and comes out only when asked for. One call at a time.
 */
export class StepRunner {
  readonly #thread: Thread<null, StepRequest, StepReply>;

  private constructor(thread: Thread<null, StepRequest, StepReply>) {
    this.#thread = thread;
  }

  /** All state is zero at first. @throws LookoutError when the thread cannot start */
  static async open(settings: {
    readonly session: SessionOptions;
    readonly states: readonly StateSpec[];
    readonly board?: StepBoard;
  }): Promise<StepRunner> {
    const script = new URL('./step-worker.js', import.meta.url);
    return new StepRunner(await Thread.start({ script, settings }));
  }

  /** Adds a graph. @throws LookoutError kind `model` where the runtime refuses it */
  async add(graph: StepGraph): Promise<void> {
    await this.#ask({ do: 'open', graph });
  }

  /** Takes a graph away, and the memory that its runs have taken. */
  async drop(key: string): Promise<void> {
    await this.#ask({ do: 'drop', key });
  }

  /**
   * Runs a graph on the batch and the state, and replaces the state by what it writes. The feeds' buffers are transferred
   * and come back in the result.
   * @throws LookoutError kind `inference`
   */
  async run(key: string, feeds: readonly Feed[]): Promise<StepResult> {
    const transfer = new Set(feeds.flatMap(({ parts }) => parts.map(({ buffer }) => buffer as ArrayBuffer)));
    const reply = await this.#ask({ do: 'run', key, feeds }, [...transfer]);
    if (reply.is !== 'ran') throw new TypeError(`StepRunner.run: expected a result, got ${reply.is}`);
    return { outputs: new Map(reply.outputs), feeds: reply.feeds, runMs: reply.runMs };
  }

  /** Lays out state for the other members of its team. */
  async publish(names: readonly string[]): Promise<void> {
    await this.#ask({ do: 'publish', names });
  }

  /** Replaces state by what all members of its team have laid out, combined. */
  async combine(states: Readonly<Record<string, Combination>>): Promise<void> {
    await this.#ask({ do: 'combine', states });
  }

  /** Puts the state back to what it was before the last run. */
  async undo(): Promise<void> {
    await this.#ask({ do: 'undo' });
  }

  /** Copies of state by name. */
  async read(names: readonly string[]): Promise<Map<string, TypedArray>> {
    const reply = await this.#ask({ do: 'read', names });
    if (reply.is !== 'state') throw new TypeError(`StepRunner.read: expected state, got ${reply.is}`);
    return new Map(reply.values);
  }

  /** Sets state by name; the arrays are copied. */
  async write(values: ReadonlyMap<string, TypedArray>): Promise<void> {
    await this.#ask({ do: 'write', values: [...values] });
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  #ask(request: StepRequest, transfer: readonly ArrayBuffer[] = []): Promise<StepReply> {
    return this.#thread.run(request, transfer);
  }
}
