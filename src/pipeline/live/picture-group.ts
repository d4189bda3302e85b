/** A group of pictures: a key frame and what follows it, kept so that who comes later can start at once. */
export class PictureGroup<T> {
  readonly #mostBytes: number;
  #items: T[] = [];
  #bytes = 0;
  #complete = false;

  /** A group that grows beyond `mostBytes` is given up until the next key frame. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** From the key frame to the newest; empty before the first key frame and after one that grew too large. */
  get items(): readonly T[] {
    return this.#items;
  }

  push(item: T, bytes: number, isKey: boolean): void {
    if (isKey) this.clear();
    this.#complete ||= isKey;
    if (!this.#complete) return;
    this.#items.push(item);
    this.#bytes += bytes;
    if (this.#bytes > this.#mostBytes) this.clear();
  }

  clear(): void {
    this.#items = [];
    this.#bytes = 0;
    this.#complete = false;
  }
}
