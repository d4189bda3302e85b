import { SingleBar } from 'cli-progress';
import { barOf, Forecast, lineOf, type ProgressState, RateMeter } from './progress.js';

/** Where a terminal writes: stdout, or a test's own. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalOptions {
  /** Show nothing but errors. */
  readonly quiet?: boolean;
  /** One JSON object per line, `{"event": "...", ...}`, instead of text. */
  readonly json?: boolean;
  readonly output?: Output;
  /** Seconds on a steady clock. */
  readonly now?: () => number;
}

/** A running display of one job. */
export interface Progress {
  /** Frames done so far; may be called for every frame. */
  update(frames: number): void;
  /** The expected number of frames became known or changed. */
  expect(total: number): void;
  /** Removes the display. Idempotent. */
  end(): void;
}

/** Seconds between two progress lines of plain text, and between two progress events of JSON. */
const LINE_EVERY = 5;
const EVENT_EVERY = 1;

function eventOf({ label, frames, total, fps, eta, device }: ProgressState): Record<string, unknown> {
  const rounded = (value: number | undefined): number | undefined => value && Math.round(value * 10) / 10;
  return { source: label, frames, total, fps: rounded(fps), eta_seconds: rounded(eta), device };
}

/** What the person who waits sees on stdout: results, and a bar on a terminal, plain lines elsewhere, or JSON events. */
export class Terminal {
  readonly #output: Output;
  readonly #now: () => number;
  readonly quiet: boolean;
  readonly json: boolean;
  #bar: SingleBar | undefined;
  #endBar: (() => void) | undefined;

  constructor({
    quiet = false,
    json = false,
    output = process.stdout,
    now = () => performance.now() / 1000,
  }: TerminalOptions = {}) {
    this.#output = output;
    this.#now = now;
    this.quiet = quiet;
    this.json = json;
  }

  /** A line for a person: a result or a note. Not shown with `--json` or `--quiet`. */
  print(text: string): void {
    if (!this.json && !this.quiet) this.interject(`${text}\n`);
  }

  /** A line for a program: only shown with `--json`. */
  event(name: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.json) this.#output.write(`${JSON.stringify({ event: name, ...fields })}\n`);
  }

  /** Writes text that must not be torn by a bar: the bar makes room and comes back below. */
  interject(text: string): void {
    if (this.#bar === undefined) {
      this.#output.write(text);
      return;
    }
    this.#output.write(`\r\u001b[K${text}`);
    this.#bar.render();
  }

  /** Removes the bar of a job that will not end it: one that was interrupted or has failed. Idempotent. */
  close(): void {
    this.#endBar?.();
  }

  /** Shows how a job goes on. End one before the next begins. */
  progress(job: {
    readonly label: string;
    readonly device?: string;
    readonly total?: number;
    readonly frames?: number;
  }): Progress {
    const meter = new RateMeter();
    const state = { ...job, frames: job.frames ?? 0, fps: 0 } as {
      -readonly [K in keyof ProgressState]: ProgressState[K];
    };
    const show = this.#display(state);
    const forecast = new Forecast(state.frames);
    meter.note(state.frames, this.#now());
    return {
      update: (frames) => {
        state.frames = frames;
        const now = this.#now();
        state.fps = meter.note(frames, now);
        state.eta = forecast.note(frames, now, state.total);
        show.refresh();
      },
      expect: (total) => {
        state.total = total;
      },
      end: () => show.end(),
    };
  }

  #display(state: ProgressState): { refresh(): void; end(): void } {
    if (this.quiet) return { refresh: () => {}, end: () => {} };
    if (this.json) return this.#spaced(EVENT_EVERY, () => this.event('progress', eventOf(state)));
    if (!this.#output.isTTY) return this.#spaced(LINE_EVERY, () => this.#output.write(`${lineOf(state)}\n`));
    const bar = new SingleBar({
      stream: this.#output as NodeJS.WriteStream,
      format: () => barOf(state, this.#output.columns || 80), // 0 where a terminal does not know its width
      hideCursor: true,
      forceRedraw: true,
      clearOnComplete: true,
      gracefulExit: false,
      fps: 10,
    });
    bar.start(1, 0);
    this.#bar = bar;
    const end = (): void => {
      bar.stop();
      if (this.#bar === bar) this.#bar = this.#endBar = undefined;
      process.removeListener('exit', end);
    };
    this.#endBar = end;
    process.once('exit', end); // a terminal without its cursor would be left behind
    return { refresh: () => bar.update(0), end };
  }

  /** Calls `show` at a refresh when enough time has passed since the last. */
  #spaced(seconds: number, show: () => void): { refresh(): void; end(): void } {
    let last = this.#now();
    const refresh = (): void => {
      if (this.#now() - last < seconds) return;
      last = this.#now();
      show();
    };
    return { refresh, end: () => {} };
  }
}
