const START_CODE = Uint8Array.of(0, 0, 0, 1);

/** How a container of the MP4 family stores H.264: parameter sets apart, NAL units behind their length. */
export interface AvcConfiguration {
  /** Bytes of each length, 1, 2 or 4. */
  readonly lengthBytes: number;
  /** SPS and PPS units. */
  readonly parameterSets: readonly Uint8Array[];
}

/** Reads an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1); undefined for anything else, such as annex B. */
export function parseAvcc(extra: Uint8Array): AvcConfiguration | undefined {
  if (extra.length < 7 || extra[0] !== 1) return undefined;
  const parameterSets: Uint8Array[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    let count = extra[at]! & mask;
    at += 1;
    for (; count > 0; count -= 1) {
      const length = (extra[at]! << 8) | extra[at + 1]!;
      if (!(at + 2 + length <= extra.length)) return undefined;
      parameterSets.push(extra.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return { lengthBytes: (extra[4]! & 3) + 1, parameterSets };
}

/** A packet with lengths as a byte stream with start codes; the parameter sets go before a key frame. */
export function toAnnexB(
  data: Uint8Array,
  { lengthBytes, parameterSets }: AvcConfiguration,
  isKey: boolean,
): Uint8Array {
  const units = [...(isKey ? parameterSets : []), ...unitsOf(data, lengthBytes)];
  const stream = new Uint8Array(units.reduce((sum, unit) => sum + START_CODE.length + unit.length, 0));
  let at = 0;
  for (const unit of units) {
    stream.set(START_CODE, at);
    stream.set(unit, at + START_CODE.length);
    at += START_CODE.length + unit.length;
  }
  return stream;
}

/** What a damaged packet still holds: a unit that runs beyond the end is left out. */
function unitsOf(data: Uint8Array, lengthBytes: number): Uint8Array[] {
  const units: Uint8Array[] = [];
  for (let at = 0; at + lengthBytes <= data.length; ) {
    let length = 0;
    for (let byte = 0; byte < lengthBytes; byte += 1) length = length * 256 + data[at + byte]!;
    at += lengthBytes;
    if (length === 0 || at + length > data.length) break;
    units.push(data.subarray(at, at + length));
    at += length;
  }
  return units;
}
