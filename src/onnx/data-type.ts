/** Name, TensorProto.DataType code and bits per element of every ONNX element type (onnx.proto3, IR version 13). */
const TABLE = {
  float32: [1, 32],
  uint8: [2, 8],
  int8: [3, 8],
  uint16: [4, 16],
  int16: [5, 16],
  int32: [6, 32],
  int64: [7, 64],
  string: [8, 0],
  bool: [9, 8],
  float16: [10, 16],
  float64: [11, 64],
  uint32: [12, 32],
  uint64: [13, 64],
  complex64: [14, 64],
  complex128: [15, 128],
  bfloat16: [16, 16],
  float8e4m3fn: [17, 8],
  float8e4m3fnuz: [18, 8],
  float8e5m2: [19, 8],
  float8e5m2fnuz: [20, 8],
  uint4: [21, 4],
  int4: [22, 4],
  float4e2m1: [23, 4],
  float8e8m0: [24, 8],
  uint2: [25, 2],
  int2: [26, 2],
} as const satisfies Record<string, readonly [code: number, bits: number]>;

/** Element types of ONNX, named as in the rest of lookout (`float64` is ONNX's DOUBLE). */
export type DataType = keyof typeof TABLE;

const BY_CODE = new Map<number, DataType>(
  Object.entries(TABLE).map(([name, [code]]) => [code, name as DataType] as const),
);

/** The type of a TensorProto.DataType code; undefined for 0 (UNDEFINED) and for codes that are not known. */
export function dataTypeOfCode(code: number): DataType | undefined {
  return BY_CODE.get(code);
}

/** The TensorProto.DataType code of a type. */
export function codeOfDataType(type: DataType): number {
  return TABLE[type][0];
}

/** Bits of one element; 0 for strings. */
export function bitsOf(type: DataType): number {
  return TABLE[type][1];
}

/** Bytes of `count` elements as raw_data holds them: types below 8 bits are packed, low bits first. */
export function byteLength(type: DataType, count: number): number {
  return Math.ceil((count * bitsOf(type)) / 8);
}
