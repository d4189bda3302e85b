import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import type { VideoPiece } from '#core/video.js';
import { decodeVideo, encodeVideo } from '#core/video-message.js';

const piece: VideoPiece = {
  kind: 'media',
  camera: 'Tür',
  epoch: 2,
  seq: 41,
  pts: 1.64,
  capturedAt: 1795446000123,
  mediaTime: 0.64,
  keyframe: true,
  data: Uint8Array.of(1, 2, 3),
};

describe('the binary message', () => {
  it('has the documented bytes', () => {
    const bytes = encodeVideo(piece);
    const view = new DataView(bytes.buffer);
    expect([...bytes.subarray(0, 16)]).toEqual([0x4c, 1, 2, 1, 52, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0]);
    expect([16, 24, 32, 40].map((at) => view.getFloat64(at, true))).toEqual([41, 1.64, 1795446000123, 0.64]);
    expect(new TextDecoder().decode(bytes.subarray(48, 52))).toBe('Tür');
    expect([...bytes.subarray(52)]).toEqual([1, 2, 3]);
  });

  it('comes back as it went', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const pieces = fc.record(
      {
        kind: fc.constantFrom('init' as const, 'media' as const, 'jpeg' as const),
        camera: fc.string({ unit: 'grapheme' }),
        epoch: fc.nat({ max: 2 ** 31 - 1 }),
        seq: fc.nat(),
        pts: number,
        capturedAt: number,
        mediaTime: number,
        keyframe: fc.boolean(),
        metadata: fc.constant({ mime: 'video/mp4; codecs="avc1.64001f"' }),
        data: fc.uint8Array(),
      },
      { requiredKeys: ['kind', 'camera', 'epoch', 'seq', 'pts', 'capturedAt', 'mediaTime', 'keyframe', 'data'] },
    );
    fc.assert(
      fc.property(pieces, (sent) => {
        expect(decodeVideo(encodeVideo(sent))).toEqual(sent);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  const bytes = encodeVideo({ ...piece, metadata: { mime: 'a' } });
  const changed = (at: number, value: number) => {
    const copy = bytes.slice();
    copy[at] = value;
    return copy;
  };
  it.each([
    ['nothing', new Uint8Array(), 'expected at least 48 bytes, got 0'],
    ['one byte too few', bytes.subarray(0, 47), 'expected at least 48 bytes, got 47'],
    ['another letter', changed(0, 1), 'expected first bytes 76 1, got 1 1'],
    ['another layout', changed(1, 2), 'expected first bytes 76 1, got 76 2'],
    ['kind 0', changed(2, 0), 'expected kind 1, 2 or 3, got 0'],
    ['kind 4', changed(2, 4), 'expected kind 1, 2 or 3, got 4'],
    ['a payload beyond the end', changed(5, 1), 'expected name and payload inside'],
    ['a name beyond the payload', changed(13, 1), 'expected name and payload inside'],
    ['metadata cut in two', changed(4, 60), 'expected metadata that is a JSON object'],
    ['a pts that is no number', changed(30, 0xf0).fill(0xff, 24, 32), 'expected a finite pts'],
  ])('refuses %s', (_, message, text) => {
    expect(() => decodeVideo(message)).toThrow(LookoutError);
    expect(() => decodeVideo(message)).toThrow(text);
  });

  it('answers any bytes with a piece or a protocol error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 48, maxLength: 80 }), fc.boolean(), (noise, headed) => {
        if (headed) noise.set([0x4c, 1, 2, 0, 50, 0, 0, 0]);
        try {
          decodeVideo(noise);
        } catch (error) {
          expect(error).toBeInstanceOf(LookoutError);
        }
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
