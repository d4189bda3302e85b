import { byteLength, type DataType } from './data-type.js';

/**
 * A constant inside a graph: an initialiser or a tensor attribute.
 *
 * `data` holds the elements row-major and little-endian, exactly ONNX's raw_data, and may be a view of the file that
 * it was read from; it is empty for strings, which are in `strings`.
 */
export interface OnnxTensor {
  readonly type: DataType;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
  readonly strings?: readonly Uint8Array[];
}

/** Number of elements: the product of the dimensions, 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function checked(type: DataType, dims: readonly number[], data: Uint8Array): OnnxTensor {
  const expected = byteLength(type, elementCount(dims));
  if (data.byteLength !== expected) {
    throw new RangeError(`a ${type} tensor [${dims}] has ${expected} bytes, got ${data.byteLength}`);
  }
  return { type, dims, data };
}

/** A tensor over the bytes of a typed array, without a copy. @throws RangeError when the length does not fit the dims. */
export function tensorOf(type: DataType, dims: readonly number[], data: ArrayBufferView): OnnxTensor {
  return checked(type, dims, bytesOf(data));
}

/** A float32 tensor; a plain list is copied, a Float32Array is kept. */
export function float32Tensor(values: readonly number[] | Float32Array, dims?: readonly number[]): OnnxTensor {
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  return tensorOf('float32', dims ?? [data.length], data);
}

/** An int64 tensor, what ONNX wants for shapes, axes, starts and ends. */
export function int64Tensor(values: readonly (number | bigint)[], dims?: readonly number[]): OnnxTensor {
  return tensorOf('int64', dims ?? [values.length], BigInt64Array.from(values, BigInt));
}

/** A Float32Array over the tensor's bytes, without a copy where they are aligned. @throws TypeError unless float32. */
export function float32Of(tensor: OnnxTensor): Float32Array {
  if (tensor.type !== 'float32') throw new TypeError(`float32Of: expected a float32 tensor, got ${tensor.type}`);
  const { data } = tensor;
  if (data.byteOffset % 4 === 0) return new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  return new Float32Array(data.slice().buffer);
}

type Read = (view: DataView, index: number) => number;

/** float16 bits to a number (IEEE 754 binary16). */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function bfloat16ToNumber(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

function nibble(view: DataView, index: number): number {
  const byte = view.getUint8(index >> 1);
  return index & 1 ? byte >> 4 : byte & 15;
}

const READERS: Partial<Record<DataType, Read>> = {
  float32: (view, i) => view.getFloat32(4 * i, true),
  float64: (view, i) => view.getFloat64(8 * i, true),
  float16: (view, i) => float16ToNumber(view.getUint16(2 * i, true)),
  bfloat16: (view, i) => bfloat16ToNumber(view.getUint16(2 * i, true)),
  uint8: (view, i) => view.getUint8(i),
  bool: (view, i) => (view.getUint8(i) ? 1 : 0),
  int8: (view, i) => view.getInt8(i),
  uint16: (view, i) => view.getUint16(2 * i, true),
  int16: (view, i) => view.getInt16(2 * i, true),
  uint32: (view, i) => view.getUint32(4 * i, true),
  int32: (view, i) => view.getInt32(4 * i, true),
  int64: (view, i) => Number(view.getBigInt64(8 * i, true)),
  uint64: (view, i) => Number(view.getBigUint64(8 * i, true)),
  uint4: nibble,
  int4: (view, i) => (nibble(view, i) << 28) >> 28,
};

/**
 * The elements as numbers; 64-bit integers beyond 2^53 are rounded.
 * @throws TypeError for element types that are no plain numbers (strings, complex, 8-bit floats).
 */
export function numbersOf(tensor: OnnxTensor): number[] {
  const read = READERS[tensor.type];
  if (!read) throw new TypeError(`numbersOf: no number can be read from ${tensor.type}`);
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return Array.from({ length: elementCount(tensor.dims) }, (_, index) => read(view, index));
}
