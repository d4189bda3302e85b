/** Element types that lookout reads from and writes to a model. float16 travels as its bits. */
export type ElementType = 'float32' | 'float16' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool' | 'float64';

/** A dense float tensor in row-major order: what decoders read. `data.length` is the product of `dims`. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A model's outputs for ONE picture (batch dimension 1), by output name in the graph's order. */
export type RawOutput = ReadonlyMap<string, Tensor>;
