import type { ErrorKind } from '#core/errors.js';
import type { ElementType } from '#core/tensor.js';
import type { SessionOptions, SessionValue, TypedArray, TypedTensor } from './session.js';

/** One named input. Its parts are stacked along the first axis; `dims` is the shape of the whole. */
export interface Feed {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly parts: readonly TypedArray[];
}

/** What a worker thread is started with. */
export interface WorkerSettings {
  readonly model: Uint8Array;
  readonly session: SessionOptions;
}

/** One inference, for any model: named tensors in. */
export interface RunRequest {
  readonly feeds: readonly Feed[];
  /** Names of the outputs to compute; all when absent. */
  readonly wanted?: readonly string[];
  /** Tensors of earlier replies for outputs of the same shape, to be written into. */
  readonly into?: RunReply['outputs'];
}

/** Named tensors out, and the parts that came in, given back. */
export interface RunReply {
  readonly outputs: readonly (readonly [name: string, tensor: TypedTensor])[];
  readonly feeds: readonly Feed[];
  /** Time inside the runtime, ms. */
  readonly inferenceMs: number;
}

/** What a worker says once its session stands. */
export interface Ready {
  readonly inputs: readonly SessionValue[];
  readonly outputs: readonly SessionValue[];
}

export interface Failure {
  readonly kind: ErrorKind;
  readonly message: string;
}

export type ToWorker<Request> = { readonly do: 'run'; readonly request: Request } | { readonly do: 'exit' };

export type FromWorker<Hello, Reply> =
  | { readonly is: 'ready'; readonly hello: Hello }
  | { readonly is: 'done'; readonly reply: Reply }
  | { readonly is: 'failed'; readonly failure: Failure };
