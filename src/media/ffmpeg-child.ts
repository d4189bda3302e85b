import type { ChildProcess, StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pipeline, type Readable, type Writable } from 'node:stream';
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { LookoutError, messageOf } from '#core/errors.js';
import { redact } from '#core/redact.js';

/** How a child ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote to stderr, credentials removed. */
  readonly stderr: string;
}

/** The methods of fluent-ffmpeg under `run()`, which would add capability probes and a `kill()` that forgets children. */
interface Spawning {
  _getArguments(): string[];
  _spawnFfmpeg(
    args: string[],
    options: {
      stdio: StdioOptions;
      captureStdout: false;
      stdoutLines: number;
      detached: true;
      env?: NodeJS.ProcessEnv;
    },
    onSpawn: (child: ChildProcess, stdout: LinesRing, stderr: LinesRing) => void,
    onEnd: (error: Error | null, stdout?: LinesRing, stderr?: LinesRing) => void,
  ): void;
}

interface LinesRing {
  get(): string;
}

const STDERR_LINES = 60;
const GRACE_MS = 1500;

/** Global options of every command: no questions, no chatter, errors only. */
const GLOBAL = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error'];

/** An empty command of fluent-ffmpeg. */
export function command(): FfmpegCommand {
  return ffmpeg({ stdoutLines: STDERR_LINES });
}

/** A running ffmpeg whose life is ours: it is stopped by TERM, then KILL, and its exit is awaited. */
export class FfmpegChild {
  readonly process: ChildProcess;
  /** Settles once the process is gone and its stderr is read; never rejects. */
  readonly exited: Promise<Exit>;

  constructor(process: ChildProcess, exited: Promise<Exit>) {
    this.process = process;
    this.exited = exited;
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Asks it to end, insists after a grace period, and waits until it is gone. Idempotent. */
  async stop(graceMs = GRACE_MS): Promise<Exit> {
    if (this.running) this.process.kill('SIGTERM');
    const insist = setTimeout(() => this.process.kill('SIGKILL'), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(insist);
    }
  }

  /** CPU time used so far, ms; undefined where the system does not tell (anything but Linux). Shows whether it works. */
  cpuMs(): number | undefined {
    try {
      const fields = readFileSync(`/proc/${this.process.pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return undefined;
    }
  }
}

export interface StartOptions {
  /** Goes to its standard input, which must be a pipe then; a stream is ended with the child. */
  readonly stdin?: string | Readable | undefined;
  /** In place of this process's environment. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Starts a command that was built with {@link command}.
 * @throws LookoutError kind `config` when ffmpeg cannot be started
 */
export function start(
  built: FfmpegCommand,
  stdio: StdioOptions,
  { stdin, env }: StartOptions = {},
): Promise<FfmpegChild> {
  const spawning = built as unknown as Spawning;
  const args = [...GLOBAL, ...spawning._getArguments()];
  return new Promise((resolve, reject) => {
    let settle: (exit: Exit) => void = () => undefined;
    const exited = new Promise<Exit>((done) => {
      settle = done;
    });
    let child: ChildProcess | undefined;
    spawning._spawnFfmpeg(
      args,
      // Its own process group: Ctrl-C in a terminal reaches this process only, which then ends it in order.
      { stdio, captureStdout: false, stdoutLines: STDERR_LINES, detached: true, ...(env && { env }) },
      (process) => {
        child = process;
        if (stdin !== undefined && process.stdin) feed(process.stdin, stdin);
        if (process.pid !== undefined) resolve(new FfmpegChild(process, exited));
      },
      (error, _stdout, stderr) => {
        if (child?.pid === undefined) reject(notStarted(error));
        else
          settle({ code: child.exitCode, signal: child.signalCode, stderr: redact(stderr?.get() ?? messageOf(error)) });
      },
    );
  });
}

function feed(child: Writable, stdin: string | Readable): void {
  child.on('error', () => undefined);
  if (typeof stdin === 'string') child.end(stdin);
  else pipeline(stdin, child, () => undefined);
}

function notStarted(error: unknown): LookoutError {
  const found = 'install it (Debian, Ubuntu: sudo apt-get install ffmpeg) or set FFMPEG_PATH';
  return new LookoutError('config', `cannot start ffmpeg: ${messageOf(error)}; ${found}`, { cause: error });
}
