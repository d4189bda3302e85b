import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAvcc, toAnnexB } from '#media/h264/avcc.js';
import { nalUnits } from '#media/h264/nal.js';
import { jpegSize } from '#media/live/jpeg-size.js';

const sps = [0x67, 66, 0, 30, 1];
const pps = [0x68, 0xce];
const record = Uint8Array.from([1, 66, 0, 30, 0xff, 0xe1, 0, 5, ...sps, 1, 0, 2, ...pps]);

describe('the decoder configuration of MP4', () => {
  it('gives the length of lengths and the parameter sets', () => {
    const { lengthBytes, parameterSets } = parseAvcc(record)!;
    expect(lengthBytes).toBe(4);
    expect(parameterSets.map((unit) => [...unit])).toEqual([sps, pps]);
  });

  it.each([
    ['nothing', []],
    ['a byte stream', [0, 0, 0, 1, ...sps]],
    ['one that is cut off', [...record.subarray(0, 9)]],
  ])('is not found in %s', (_, bytes) => {
    expect(parseAvcc(Uint8Array.from(bytes))).toBeUndefined();
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        parseAvcc(Uint8Array.from([1, ...bytes]));
      }),
      { seed: 7 },
    );
  });
});

describe('a packet with lengths', () => {
  const configuration = { ...parseAvcc(record)!, lengthBytes: 2 };
  const units = [
    [0x65, 9, 8],
    [0x06, 1],
  ];
  const packet = Uint8Array.from(units.flatMap((unit) => [0, unit.length, ...unit]));

  it.each([
    ['a key frame, with its parameter sets', true, [sps, pps, ...units]],
    ['another frame', false, units],
  ])('becomes a byte stream: %s', (_, isKey, expected) => {
    const stream = toAnnexB(packet, configuration, isKey);
    expect(nalUnits(stream).map((unit) => [...unit])).toEqual(expected);
  });

  it('keeps what is whole of a damaged one', () => {
    const cut = packet.subarray(0, packet.length - 1);
    expect(nalUnits(toAnnexB(cut, configuration, false)).map((unit) => [...unit])).toEqual([units[0]]);
  });
});

describe('the size of a JPEG', () => {
  it.each([
    [
      'its frame header',
      [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, 1, 2, 3, 4, 1],
      { width: 772, height: 258 },
    ],
    ['nothing without one', [0xff, 0xd8, 0xff, 0xd9], undefined],
    ['nothing when it is cut off', [0xff, 0xd8, 0xff, 0xe0, 0, 40, 1], undefined],
  ])('comes from %s', (_, bytes, size) => {
    expect(jpegSize(Uint8Array.from(bytes))).toEqual(size);
  });
});
