/** How much may be on its way to a client, and how long an answer may take. */
export interface FlowLimits {
  /** Bytes that may always be on their way. */
  readonly windowBytes: number;
  /** Bytes that may be on their way while the client answers within `promptMs`. */
  readonly fastWindowBytes: number;
  readonly promptMs: number;
  /** A client that leaves a probe unanswered for longer is dead. */
  readonly deadAfterMs: number;
}

export const FLOW_LIMITS: FlowLimits = {
  windowBytes: 64 * 1024,
  fastWindowBytes: 8 * 1024 * 1024,
  promptMs: 500,
  deadAfterMs: 10_000,
};

interface Probe {
  readonly id: number;
  readonly sentBytes: number;
  readonly at: number;
}

/**
 * Knows how far a client has really read. `bufferedAmount` sees this process only; the kernel and the network hold
 * megabytes more. So pings are mixed in, and a pong says that all before its ping has been read.
 */
export class Flow {
  #sent = 0;
  #read = 0;
  #probes: Probe[] = [];
  #lastId = 0;
  #lastProbeAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly limits: FlowLimits,
    /** Sends a ping that carries the id. */
    private readonly ping: (id: number) => void,
  ) {}

  /** Bytes handed over and not known to be read. */
  get pending(): number {
    return this.#sent - this.#read;
  }

  /** Whether one more message may be handed over now. */
  open(now: number): boolean {
    if (this.pending < this.limits.windowBytes) return true;
    const oldest = this.#probes[0];
    return this.pending < this.limits.fastWindowBytes && oldest !== undefined && now - oldest.at < this.limits.promptMs;
  }

  sent(bytes: number, now: number): void {
    this.#sent += bytes;
    const asked = this.#probes.at(-1)?.sentBytes ?? this.#read;
    if (this.#sent - asked >= this.limits.windowBytes / 4 || now - this.#lastProbeAt >= 1000) this.probe(now);
  }

  /** Asks now; also the heartbeat of an idle connection. */
  probe(now: number): void {
    this.#lastProbeAt = now;
    this.#probes.push({ id: ++this.#lastId, sentBytes: this.#sent, at: now });
    this.ping(this.#lastId);
  }

  /** Takes an answer in; ids that were never sent are ignored. */
  pong(id: number): void {
    const at = this.#probes.findIndex((probe) => probe.id === id);
    if (at < 0) return;
    this.#read = this.#probes[at]!.sentBytes;
    this.#probes.splice(0, at + 1);
  }

  /** How long the oldest unanswered probe has been waiting, ms. */
  silence(now: number): number {
    return this.#probes.length === 0 ? 0 : now - this.#probes[0]!.at;
  }

  dead(now: number): boolean {
    return this.silence(now) > this.limits.deadAfterMs;
  }
}
