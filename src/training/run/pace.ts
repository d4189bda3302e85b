const STEPS = 30;

/** The pace of the last steps. */
export class Pace {
  #marks: { readonly atMs: number; readonly waitedMs: number }[] = [];

  /** Notes the end of a step; `waitedMs` is all the time so far that batches were waited for. */
  note(atMs: number, waitedMs: number): void {
    this.#marks.push({ atMs, waitedMs });
    if (this.#marks.length > STEPS + 1) this.#marks.shift();
  }

  /** After a pause (validation, another loader) the old steps say nothing of the new ones. */
  restart(): void {
    this.#marks = [];
  }

  get stepsPerSecond(): number {
    const span = this.#span();
    return span === 0 ? 0 : (1000 * (this.#marks.length - 1)) / span;
  }

  /** Share of the time that batches were waited for, 0..1. */
  get waitShare(): number {
    const span = this.#span();
    return span === 0 ? 0 : Math.min(1, (this.#marks.at(-1)!.waitedMs - this.#marks[0]!.waitedMs) / span);
  }

  #span(): number {
    return this.#marks.length < 2 ? 0 : this.#marks.at(-1)!.atMs - this.#marks[0]!.atMs;
  }
}
