import type { Value } from '#onnx/builder.js';
import type { AttributesOf } from '#onnx/ops.js';

/** The attributes of a convolution with their defaults filled in. */
export interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All begins, then all ends. */
  readonly pads: readonly number[];
  readonly group: number;
}

export function geometryOf(weights: Value, attributes: AttributesOf<'Conv'>): Geometry {
  const kernel = weights.dims.slice(2);
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: attributes.strides ?? ones,
    dilations: attributes.dilations ?? ones,
    pads: attributes.pads ?? [...ones, ...ones].map(() => 0),
    group: attributes.group ?? 1,
  };
}

/** Whether each output position is made of one input position only. */
export function isPointwise({ kernel, strides, pads }: Geometry): boolean {
  return kernel.every((size) => size === 1) && strides.every((step) => step === 1) && pads.every((pad) => pad === 0);
}
