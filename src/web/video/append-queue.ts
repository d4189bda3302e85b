/** The part of a `SourceBuffer` that an append queue needs. */
export interface Appendable {
  readonly updating: boolean;
  appendBuffer(data: Uint8Array<ArrayBuffer>): void;
  remove(start: number, end: number): void;
  addEventListener(type: 'updateend', listener: () => void): void;
}

export interface AppendQueueEvents {
  /** The buffer is full: up to where it may be emptied, or undefined when nothing can go. */
  room(): number | undefined;
  /** It stays full, or the stream is broken. */
  failed(error: unknown): void;
}

type Work = { readonly data: Uint8Array<ArrayBuffer> } | { readonly removeTo: number };

/** Hands pieces to a source buffer one after the other: it takes one at a time. */
export class AppendQueue {
  #waiting: Work[] = [];
  #retried = false;

  constructor(
    private readonly buffer: Appendable,
    private readonly events: AppendQueueEvents,
  ) {
    buffer.addEventListener('updateend', () => this.#next());
  }

  get length(): number {
    return this.#waiting.length;
  }

  append(data: Uint8Array<ArrayBuffer>): void {
    this.#waiting.push({ data });
    this.#next();
  }

  removeTo(time: number): void {
    this.#waiting.unshift({ removeTo: time });
    this.#next();
  }

  #next(): void {
    if (this.buffer.updating) return;
    const work = this.#waiting.shift();
    if (work === undefined) return;
    try {
      if ('data' in work) this.buffer.appendBuffer(work.data);
      else this.buffer.remove(0, work.removeTo);
      if ('data' in work) this.#retried = false;
    } catch (error) {
      this.#refused(work, error);
    }
  }

  #refused(work: Work, error: unknown): void {
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    const room = full && !this.#retried ? this.events.room() : undefined;
    if (room === undefined || !('data' in work)) {
      this.#waiting = [];
      this.events.failed(error);
      return;
    }
    this.#retried = true;
    this.#waiting.unshift({ removeTo: room }, work);
    this.#next();
  }
}
