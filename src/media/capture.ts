import { spawn } from 'node:child_process';

export interface CaptureOptions {
  /** Whole time allowed, ms. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** What it reads from its standard input. */
  readonly input?: string | Uint8Array | undefined;
}

/** What a short-lived program said. */
export interface Captured {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It did not end by itself. */
  readonly timedOut: boolean;
}

/**
 * Runs a program to its end and collects what it writes. It has its own process group, so that Ctrl-C reaches this
 * process only, which then decides; it is killed when its time is up or the signal comes.
 * @throws the reason of `signal`; Error with code `ENOENT` when there is no such program
 */
export function capture(program: string, args: readonly string[], options: CaptureOptions): Promise<Captured> {
  const { timeoutMs, signal, input } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    child.stdin.on('error', () => undefined).end(input);
    let timedOut = false;
    const kill = () => child.kill('SIGKILL');
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutMs);
    signal?.addEventListener('abort', kill, { once: true });
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      finish();
    };
    child.once('error', (error) => settle(() => reject(error)));
    child.once('close', (code) =>
      settle(() =>
        signal?.aborted ? reject(signal.reason) : resolve({ code, stdout: stdout(), stderr: stderr(), timedOut }),
      ),
    );
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
