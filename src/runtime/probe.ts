import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { LookoutError } from '#core/errors.js';
import type { ProbeReply, ProbeRequest, ProbeResult } from './probe-protocol.js';

const SCRIPT = fileURLToPath(new URL('./probe-process.js', import.meta.url));

/** Characters of a child's last words that are kept. */
const LAST_WORDS = 2000;

interface Child {
  readonly process: ChildProcess;
  words: string;
}

function start(): Child {
  const env = { XDG_RUNTIME_DIR: tmpdir(), ...process.env };
  const child = fork(SCRIPT, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env,
  });
  const started: Child = { process: child, words: '' };
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    started.words = (started.words + text).slice(-LAST_WORDS);
  });
  return started;
}

/**
 * A child process in which models and providers are tried out, so that a crash, a hang or a greedy model never reaches this
 * process. Started at the first question, and again after it died. One question at a time; others wait.
 */
export class Probe {
  #child: Child | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws LookoutError kind `model` when the child crashes or misses the deadline, and whatever it reports itself. */
  ask<Request extends ProbeRequest>(request: Request, timeoutMs = 60_000): Promise<ProbeResult<Request>> {
    const answer = this.#last.then(() => this.#ask(request, timeoutMs));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#end();
  }

  async #end(): Promise<void> {
    const child = this.#child?.process;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async #ask<Request extends ProbeRequest>(request: Request, timeoutMs: number): Promise<ProbeResult<Request>> {
    this.#child ??= start();
    try {
      const reply = await this.#reply(this.#child, request, timeoutMs);
      if ('failure' in reply) throw new LookoutError(reply.failure.kind, reply.failure.message);
      return reply.result as ProbeResult<Request>;
    } catch (error) {
      if (!this.#child?.process.connected) this.#child = undefined;
      throw error;
    }
  }

  #reply(child: Child, request: ProbeRequest, timeoutMs: number): Promise<ProbeReply> {
    const { process: worker } = child;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        worker.off('message', onReply).off('exit', onExit).off('error', reject);
        act();
      };
      const onReply = (reply: unknown) => settle(() => resolve(reply as ProbeReply));
      const onExit = (code: number | null, signal: string | null) =>
        settle(() => {
          const words = child.words.trim().split('\n').at(-1);
          const how = signal ?? `exit code ${code}`;
          reject(new LookoutError('model', `the runtime crashed on the model (${how})${words ? `: ${words}` : ''}`));
        });
      const timer = setTimeout(() => {
        settle(() => reject(new LookoutError('model', `the model gave no answer within ${timeoutMs / 1000} s`)));
        void this.#end();
      }, timeoutMs);
      worker.on('message', onReply).on('exit', onExit).on('error', reject);
      worker.send(request, (error) => error && settle(() => reject(error)));
    });
  }
}
