/** A piece of an MP4 box: bytes, or another box. */
type Part = Uint8Array | readonly number[];

/** An MP4 box (ISO/IEC 14496-12, 4.2): size, four characters, content. */
export function box(type: string, ...parts: readonly Part[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  const bytes = new Uint8Array(size);
  bytes.set(u32(size), 0);
  for (let index = 0; index < 4; index += 1) bytes[4 + index] = type.charCodeAt(index);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A box that begins with a version and 24 bits of flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: readonly Part[]): Uint8Array {
  return box(type, u32(version * 0x1000000 + flags), ...parts);
}

export function u16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

/** 32 bits, two's complement for negative values. */
export function u32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/** 64 bits of a non-negative safe integer. */
export function u64(value: number): number[] {
  return [...u32(Math.floor(value / 2 ** 32)), ...u32(value % 2 ** 32)];
}

export function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

export const zeros = (count: number): number[] => new Array<number>(count).fill(0);
