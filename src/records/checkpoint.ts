import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LookoutError, messageOf } from '#core/errors.js';
import { writeAtomically } from './files.js';

// A file: 8 bytes of magic and version, uint32 length of the header, SHA-256 of the length and all from byte 64 on, the
// header (JSON, padded with spaces), the arrays in its order. Little-endian; header and arrays start at multiples of 64 bytes.

export type CheckpointArray = Float32Array | Float64Array | Uint8Array | Int32Array | Uint32Array;

/** What a checkpoint holds: plain data, and large arrays by name. */
export interface CheckpointFile {
  /** Anything that JSON holds. */
  readonly state: unknown;
  readonly arrays: ReadonlyMap<string, CheckpointArray>;
}

const MAGIC = Buffer.from('LOOKOUT\x01', 'latin1');
const PREFIX_BYTES = 64;
const DIGEST_AT = 12;
const TYPES = { Float32Array, Float64Array, Uint8Array, Int32Array, Uint32Array } as const;

interface Entry {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  readonly length: number;
  /** From the start of the file, bytes. */
  readonly offset: number;
}

/**
 * Writes a checkpoint so that `path` holds the old or the new one, whole, whenever the process dies.
 * @throws LookoutError kind `output`
 */
export async function writeCheckpoint(path: string, { state, arrays }: CheckpointFile): Promise<void> {
  const header = encodeHeader(state, arrays);
  const parts: Uint8Array[] = [header];
  for (const array of arrays.values()) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    parts.push(bytes, new Uint8Array(aligned(bytes.length) - bytes.length));
  }
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MAGIC.copy(prefix);
  prefix.writeUInt32LE(header.length, MAGIC.length);
  digestOf([prefix.subarray(MAGIC.length, DIGEST_AT), ...parts]).copy(prefix, DIGEST_AT);
  await writeAtomically(path, async (file) => {
    for (const part of [prefix, ...parts]) {
      for (let at = 0; at < part.length; ) at += (await file.write(part, at)).bytesWritten;
    }
  });
}

function encodeHeader(state: unknown, arrays: CheckpointFile['arrays']): Buffer {
  let length = 0;
  for (;;) {
    let offset = PREFIX_BYTES + length;
    const entries = [...arrays].map(([name, array]): Entry => {
      const entry = { name, type: array.constructor.name as Entry['type'], length: array.length, offset };
      offset += aligned(array.byteLength);
      return entry;
    });
    const text = Buffer.from(JSON.stringify({ state, arrays: entries }));
    const needed = aligned(text.length);
    if (needed === length) return Buffer.concat([text, Buffer.alloc(needed - text.length, ' ')]);
    length = Math.max(needed, length + 64);
  }
}

function digestOf(parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/**
 * Reads a checkpoint and proves its checksum.
 * @throws LookoutError kind `model` for a file that is missing, of another kind, cut off or damaged
 */
export async function readCheckpoint(path: string): Promise<CheckpointFile> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new LookoutError('model', `checkpoint ${path}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const refuse = (why: string): LookoutError =>
    new LookoutError('model', `checkpoint ${path}: ${why}; take an older one or start again`);
  if (bytes.length < PREFIX_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw refuse('is no checkpoint of lookout (or one of another version)');
  }
  const digest = digestOf([bytes.subarray(MAGIC.length, DIGEST_AT), bytes.subarray(PREFIX_BYTES)]);
  if (!digest.equals(bytes.subarray(DIGEST_AT, DIGEST_AT + digest.length))) {
    throw refuse('is damaged or cut off: its checksum does not match');
  }
  const headerEnd = PREFIX_BYTES + bytes.readUInt32LE(MAGIC.length);
  const header = JSON.parse(bytes.toString('utf8', PREFIX_BYTES, headerEnd)) as { state: unknown; arrays: Entry[] };
  return { state: header.state, arrays: new Map(header.arrays.map((entry) => [entry.name, readArray(bytes, entry)])) };
}

/** A copy, so that the array owns its buffer and may be transferred. */
function readArray(bytes: Buffer, { type, length, offset }: Entry): CheckpointArray {
  const array = new TYPES[type](length);
  new Uint8Array(array.buffer).set(bytes.subarray(offset, offset + array.byteLength));
  return array;
}
