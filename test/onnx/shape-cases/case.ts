import { type Attribute, ints } from '#onnx/attribute.js';
import type { DataType } from '#onnx/data-type.js';

/** An input: a tensor that is fed, `c` for constants, null for one left out. */
export type Input =
  | { readonly type: DataType; readonly dims: readonly number[]; readonly fill?: number }
  | { readonly constant: readonly number[]; readonly type: DataType; readonly dims?: readonly number[] }
  | null;

export interface ShapeCase {
  readonly op: string;
  readonly why?: string;
  readonly inputs: readonly Input[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
  readonly domain?: string;
  readonly opset?: number;
}

/** A float32 tensor that is fed. */
export const f = (...dims: number[]): Input => ({ type: 'float32', dims });

/** A tensor of any type that is fed. */
export const fed = (type: DataType, dims: number[], fill = 1): Input => ({ type, dims, fill });

/** A constant. */
export const c = (constant: number[], type: DataType = 'int64', dims?: number[]): Input => ({
  constant,
  type,
  ...(dims && { dims }),
});

/** One case for each of several operators. */
export const many = (names: string, rest: Omit<ShapeCase, 'op'>): ShapeCase[] =>
  names.split(' ').map((op) => ({ op, ...rest }));

/** A zero point. */
export const u8 = (value = 0) => c([value], 'uint8', []);

/** A scale of quantised numbers. */
export const scale = c([0.1], 'float32', []);
export const MS = { domain: 'com.microsoft' };
export const NCHWC = { domain: 'com.microsoft.nchwc' };

/** The attributes of a pooling window. */
export const window = (kernel: number[], rest: Record<string, Attribute> = {}) => ({
  kernel_shape: ints(kernel),
  ...rest,
});
