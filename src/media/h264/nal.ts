/** NAL unit types of H.264 (ITU-T H.264, table 7-1) that a remuxer cares for. */
export const Nal = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8, delimiter: 9 } as const;

/** The NAL units of a byte stream (ITU-T H.264, annex B), without start codes and trailing zeros; views, not copies. */
export function nalUnits(stream: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let start = -1;
  for (let at = 0; ; ) {
    const code = startCode(stream, at);
    if (start >= 0) {
      let end = code < 0 ? stream.length : code;
      while (end > start && stream[end - 1] === 0) end -= 1;
      if (end > start) units.push(stream.subarray(start, end));
    }
    if (code < 0) return units;
    start = code + 3;
    at = start;
  }
}

/** Where the next `00 00 01` begins, -1 if there is none. */
function startCode(stream: Uint8Array, from: number): number {
  for (let one = stream.indexOf(1, from + 2); one >= 0; one = stream.indexOf(1, one + 1)) {
    if (stream[one - 1] === 0 && stream[one - 2] === 0 && one - 2 >= from) return one - 2;
  }
  return -1;
}

/** The type of a NAL unit. */
export function nalType(unit: Uint8Array): number {
  return unit[0]! & 0x1f;
}

/** The payload of a NAL unit without emulation prevention bytes (`00 00 03` becomes `00 00`). */
export function rawPayload(unit: Uint8Array): Uint8Array {
  const payload = new Uint8Array(unit.length);
  let length = 0;
  let zeros = 0;
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    payload[length] = byte;
    length += 1;
  }
  return payload.subarray(0, length);
}
