import { type TransferListItem, Worker } from 'node:worker_threads';
import { LookoutError } from '#core/errors.js';
import type { Failure, FromWorker, ToWorker } from './worker-protocol.js';

export interface ThreadOptions {
  /** The compiled module that the thread runs. */
  readonly script: URL;
  /** Cloned into the thread. */
  readonly settings: unknown;
}

interface Pending<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

function errorOf({ kind, message }: Failure): LookoutError {
  return new LookoutError(kind, message);
}

/** One worker thread that does one job at a time. */
export class Thread<Hello, Request, Reply> {
  readonly #worker: Worker;
  #hello: Hello | undefined;
  #greeting: Pending<void> | undefined;
  #job: Pending<Reply> | undefined;
  #cause = 'it left without a word';
  /** Resolves when the thread is gone, for whatever reason. */
  readonly ended: Promise<void>;

  private constructor({ script, settings }: ThreadOptions) {
    this.#worker = new Worker(script, { workerData: settings, name: 'lookout inference' });
    this.#worker.on('message', (message: FromWorker<Hello, Reply>) => this.#receive(message));
    this.#worker.on('error', (error) => {
      this.#cause = error.message;
    });
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#die(code);
        resolve();
      });
    });
  }

  /** Starts a thread and waits for its first word. @throws LookoutError when it fails or dies instead. */
  static async start<Hello, Request, Reply>(options: ThreadOptions): Promise<Thread<Hello, Request, Reply>> {
    const thread = new Thread<Hello, Request, Reply>(options);
    try {
      await new Promise<void>((resolve, reject) => {
        thread.#greeting = { resolve, reject };
      });
    } catch (error) {
      await thread.close();
      throw error;
    }
    return thread;
  }

  get hello(): Hello {
    return this.#hello!;
  }

  /** The operating system thread may be ended by this, for tests of what happens then. */
  get worker(): Worker {
    return this.#worker;
  }

  run(request: Request, transfer: readonly TransferListItem[]): Promise<Reply> {
    if (this.#job) throw new TypeError('Thread.run: expected an idle thread, got a busy one');
    return new Promise((resolve, reject) => {
      this.#job = { resolve, reject };
      try {
        this.#post({ do: 'run', request }, transfer);
      } catch (error) {
        this.#job = undefined;
        reject(error as Error);
      }
    });
  }

  /** Lets the running job end, then the thread. A thread is never terminated inside the runtime: that aborts the process. */
  async close(): Promise<void> {
    if (this.#worker.threadId === -1) return;
    this.#post({ do: 'exit' }, []);
    await this.ended;
  }

  #post(message: ToWorker<Request>, transfer: readonly TransferListItem[]): void {
    this.#worker.postMessage(message, [...transfer]);
  }

  #receive(message: FromWorker<Hello, Reply>): void {
    if (message.is === 'ready') {
      this.#hello = message.hello;
      this.#greeting?.resolve();
      this.#greeting = undefined;
      return;
    }
    const job = this.#job;
    this.#job = undefined;
    if (message.is === 'done') job?.resolve(message.reply);
    else (job ?? this.#greeting)?.reject(errorOf(message.failure));
  }

  #die(code: number): void {
    const error = new LookoutError('inference', `an inference thread died (exit code ${code}): ${this.#cause}`);
    this.#greeting?.reject(error);
    this.#job?.reject(error);
    this.#greeting = undefined;
    this.#job = undefined;
  }
}
