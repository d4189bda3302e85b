import { LookoutError } from '#core/errors.js';
import { bitsOf, byteLength, type DataType, dataTypeOfCode } from './data-type.js';
import type { Reader } from './protobuf/reader.js';
import { elementCount, type OnnxTensor } from './tensor.js';

/** The data fields of a TensorProto as they were met: runs of bytes, nothing converted yet. */
interface Parts {
  name: string;
  dims: (number | bigint)[];
  code: number;
  raw?: Uint8Array;
  /** float_data and double_data, little-endian already. */
  readonly fixed: Uint8Array[];
  /** int32_data, int64_data and uint64_data, varints. */
  readonly varints: Uint8Array[];
  readonly strings: Uint8Array[];
  external?: string;
}

function readParts(reader: Reader): Parts {
  const parts: Parts = { name: '', dims: [], code: 0, fixed: [], varints: [], strings: [] };
  while (reader.next()) {
    if (reader.field === 1) reader.ints(parts.dims);
    else if (reader.field === 2) parts.code = reader.smallInt('a data type');
    else if (reader.field === 4 || reader.field === 10) parts.fixed.push(reader.run());
    else if (reader.field === 5 || reader.field === 7 || reader.field === 11) parts.varints.push(reader.run());
    else if (reader.field === 6) parts.strings.push(reader.bytes());
    else if (reader.field === 8) parts.name = reader.string();
    else if (reader.field === 9) parts.raw = reader.bytes();
    else if (reader.field === 13) parts.external ??= externalFile(reader.message());
    else if (reader.field === 14) {
      if (reader.smallInt('a data location') === 1) parts.external ??= '';
    } else reader.skip();
  }
  return parts;
}

function externalFile(entry: Reader): string | undefined {
  let key = '';
  let value = '';
  while (entry.next()) {
    if (entry.field === 1) key = entry.string();
    else if (entry.field === 2) value = entry.string();
    else entry.skip();
  }
  return key === 'location' ? value : undefined;
}

function concat(runs: readonly Uint8Array[]): Uint8Array {
  if (runs.length === 1) return runs[0]!;
  const out = new Uint8Array(runs.reduce((sum, run) => sum + run.length, 0));
  let at = 0;
  for (const run of runs) {
    out.set(run, at);
    at += run.length;
  }
  return out;
}

/** Varints to little-endian elements of `width` bytes (the low ones): one for int8, float16's bits in two, and so on. */
function narrow(runs: readonly Uint8Array[], width: number): Uint8Array {
  let count = 0;
  for (const run of runs) for (const byte of run) if (byte < 128) count++;
  const out = new Uint8Array(count * width);
  let at = 0;
  for (const run of runs) {
    for (let index = 0; index < run.length && at < out.length; at += width) {
      let low = 0;
      let high = 0;
      for (let shift = 0, byte = 128; byte > 127 && index < run.length; shift += 7) {
        byte = run[index++]!;
        if (shift < 32) low |= (byte & 127) << shift;
        if (shift > 24 && shift < 64) high |= shift < 32 ? (byte & 127) >> 4 : (byte & 127) << (shift - 32);
      }
      for (let k = 0; k < width; k++) out[at + k] = (k < 4 ? low >>> (8 * k) : high >>> (8 * k - 32)) & 255;
    }
  }
  return out;
}

function dataOf(parts: Parts, type: DataType): Uint8Array {
  if (parts.raw !== undefined && parts.raw.length > 0) return parts.raw;
  if (parts.fixed.length > 0) return concat(parts.fixed);
  return narrow(parts.varints, Math.max(1, bitsOf(type) / 8));
}

function dimsOf(reader: Reader, parts: Parts): readonly number[] {
  const dims = parts.dims.map(Number);
  if (dims.some((dim) => dim < 0) || !Number.isSafeInteger(elementCount(dims))) {
    throw reader.fault(`tensor "${parts.name}" has dims [${parts.dims}]`);
  }
  return dims;
}

/** Reads a TensorProto. The data stay a view of the file wherever the file holds them as they are. */
export function decodeTensor(reader: Reader): { readonly name: string; readonly tensor: OnnxTensor } {
  const parts = readParts(reader);
  const { name } = parts;
  if (parts.external !== undefined) {
    const where = parts.external ? ` ("${parts.external}")` : '';
    throw new LookoutError(
      'model',
      `Tensor "${name}" of the ONNX file lies in another file${where}, which lookout does not read. Save the model as one file, without external data.`,
    );
  }
  const type = dataTypeOfCode(parts.code);
  if (!type) throw reader.fault(`tensor "${name}" has the unknown data type ${parts.code}`);
  const dims = dimsOf(reader, parts);
  const count = elementCount(dims);
  if (type === 'string') {
    if (parts.strings.length !== count) {
      throw reader.fault(`tensor "${name}" [${dims}] holds ${parts.strings.length} strings`);
    }
    return { name, tensor: { type, dims, data: new Uint8Array(0), strings: parts.strings } };
  }
  const data = dataOf(parts, type);
  const expected = byteLength(type, count);
  if (data.length !== expected) {
    throw reader.fault(`tensor "${name}" ${type}[${dims}] should hold ${expected} bytes and holds ${data.length}`);
  }
  return { name, tensor: { type, dims, data } };
}
