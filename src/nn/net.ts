import type { GraphBuilder, Value } from '#onnx/builder.js';
import type { Initialiser } from './initialisers.js';

/** `train`: statistics of the batch, dropout; `inference`: running statistics, no dropout. */
export type Mode = 'train' | 'inference';

/** What a layer asks of a parameter. */
export interface ParameterRequest {
  readonly dims: readonly number[];
  readonly initialise: Initialiser;
  /** Whether weight decay applies: kernels and matrices, not biases and normalisation. */
  readonly decay: boolean;
}

/** A running statistic: kept beside the parameters, moved by momentum, not learnt. */
export interface StateRequest {
  readonly dims: readonly number[];
  readonly fill: number;
}

/** Where parameters and states come from: see layout.ts, step.ts and inference.ts. */
export interface Source {
  parameter(name: string, request: ParameterRequest): Value;
  state(name: string, request: StateRequest): Value;
}

/** What a batch says of a state; `correction` is a factor on it (n / (n - 1) for variances). */
export interface BatchStatistic {
  readonly state: string;
  readonly value: Value;
  readonly correction: number;
}

export interface NetOptions {
  readonly mode: Mode;
  readonly source: Source;
  /** Layers whose normalisation keeps its running statistics, in training too. */
  readonly frozen?: (name: string) => boolean;
  /** int64 `[1]`, fed: makes the masks of dropout. */
  readonly seed?: Value;
}

/** A network while it is written into a graph. Layers take their parameters from it by name. */
export class Net {
  readonly g: GraphBuilder;
  readonly mode: Mode;
  /** What this batch says of the running statistics, in training. */
  readonly statistics: BatchStatistic[] = [];
  readonly #options: NetOptions;
  #prefix = '';
  #streams = 0;

  constructor(g: GraphBuilder, options: NetOptions) {
    this.g = g;
    this.mode = options.mode;
    this.#options = options;
  }

  /** Builds a part whose parameters and nodes are called `name/...`. */
  in<T>(name: string, build: () => T): T {
    const outer = this.#prefix;
    this.#prefix = `${outer}${name}/`;
    try {
      return this.g.scope(name, build);
    } finally {
      this.#prefix = outer;
    }
  }

  parameter(name: string, request: ParameterRequest): Value {
    return this.#options.source.parameter(this.#prefix + name, request);
  }

  state(name: string, request: StateRequest): Value {
    return this.#options.source.state(this.#prefix + name, request);
  }

  /** Whether the part that is being built uses the statistics of the batch. */
  get usesBatchStatistics(): boolean {
    return this.mode === 'train' && !this.#options.frozen?.(this.#prefix);
  }

  /** Reports what the batch says of a state of this part. */
  report(name: string, value: Value, correction: number): void {
    this.statistics.push({ state: this.#prefix + name, value, correction });
  }

  /** The fed seed and a stream of its own for one dropout. @throws RangeError where the step has no seed. */
  dropoutSeed(): { readonly seed: Value; readonly stream: number } {
    const { seed } = this.#options;
    if (!seed) throw new RangeError('dropout: the network is trained without a seed input');
    return { seed, stream: this.#streams++ };
  }
}

/** A part of a network: layers, blocks, backbones. */
export type Module = (net: Net, x: Value) => Value;

/** A whole network: one input, outputs by name. */
export type Network = (net: Net, input: Value) => Readonly<Record<string, Value>>;
