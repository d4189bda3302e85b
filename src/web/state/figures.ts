const WINDOW_MS = 2000;

/** What a viewer may want to know of a camera's picture, measured here. */
export class Figures {
  /** When pictures were painted, ms, oldest first. */
  readonly #painted: number[] = [];
  #latencies: number[] = [];
  lastPaintedAt: number | undefined;
  /** Frames that were not shown: without an observation of their own, or overtaken here. */
  skipped = 0;
  /** Messages that the server left out because this connection was too slow. */
  dropped = 0;

  /** @param latencyMs from the frame's arrival at the server to now */
  painted(now: number, latencyMs: number | undefined): void {
    this.#painted.push(now);
    this.lastPaintedAt = now;
    if (latencyMs !== undefined) this.#latencies.push(latencyMs);
    if (this.#latencies.length > 50) this.#latencies.shift();
    while (this.#painted[0]! < now - WINDOW_MS) this.#painted.shift();
  }

  /** Painted frames per second. */
  fps(now: number): number {
    const recent = this.#painted.filter((at) => at >= now - WINDOW_MS);
    return recent.length < 2 ? 0 : ((recent.length - 1) * 1000) / (recent.at(-1)! - recent[0]!);
  }

  /** Median of the last frames, ms. */
  get latencyMs(): number | undefined {
    return this.#latencies.toSorted((a, b) => a - b)[this.#latencies.length >> 1];
  }

  restart(): void {
    this.#painted.length = 0;
    this.#latencies = [];
  }
}
