/** Flat vectors of a network, in the order of its layout. */
export interface FlatWeights {
  readonly parameters: Float32Array;
  readonly states: Float32Array;
}
