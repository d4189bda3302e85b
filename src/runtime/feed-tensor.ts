import type { TypedArray, TypedTensor } from './session.js';
import type { Feed } from './worker-protocol.js';

const stacks = new Map<string, TypedArray>();

/** The kept buffer in which the parts of one input are laid side by side. */
function stackOf(name: string, length: number, part: TypedArray): TypedArray {
  const kept = stacks.get(name);
  if (kept?.length === length) return kept;
  const made = new (part.constructor as new (length: number) => TypedArray)(length);
  stacks.set(name, made);
  return made;
}

/**
 * The tensor of a feed, without a copy where one part is the whole input. Fewer parts than the shape has room for leave the
 * rest as it was. Stacked parts share one buffer per input name and thread.
 */
export function feedTensor({ name, type, dims, parts }: Feed): TypedTensor {
  const length = dims.reduce((product, dim) => product * dim, 1);
  const first = parts[0]!;
  if (first.length === length) return { type, dims, data: first };
  const data = stackOf(name, length, first);
  let offset = 0;
  for (const part of parts) {
    (data as Uint8Array).set(part as Uint8Array, offset);
    offset += part.length;
  }
  return { type, dims, data };
}
