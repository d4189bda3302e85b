import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { NutReader } from '#media/nut-reader.js';

interface Got {
  readonly ticks: number;
  readonly seconds: number;
  readonly bytes: string;
}

/** A NUT file of gray frames of `size`, whose first pixel holds the frame's number. */
function nut(size: string, frames: number, shift = 0): Buffer {
  const chain = `color=black:size=${size}:rate=25,format=gray,geq=lum='if(eq(X+Y,0),N,X+3*Y)',setpts='PTS+${shift}+floor(N/3)'`;
  const out = [
    '-frames:v',
    String(frames),
    '-vsync',
    'passthrough',
    '-enc_time_base',
    '1/25',
    '-c:v',
    'rawvideo',
    '-f',
    'nut',
    '-',
  ];
  return execFileSync('ffmpeg', ['-v', 'error', '-copyts', '-f', 'lavfi', '-i', chain, ...out], { maxBuffer: 2 ** 26 });
}

/** Feeds a file in chunks of at most `chunk()` bytes, as a pipe would. */
function read(
  file: Uint8Array,
  frameBytes: number,
  chunk: () => number,
): { got: Got[]; reader: NutReader; pauses: number } {
  const got: Got[] = [];
  const reader = new NutReader({
    allocate: () => new Uint8Array(frameBytes),
    frame: (data, ticks, { num, den }) => {
      got.push({ ticks, seconds: (ticks * num) / den, bytes: Buffer.from(data).toString('hex') });
      return got.length % 2 === 0;
    },
  });
  let pauses = 0;
  for (let at = 0; at < file.length; ) {
    const place = reader.place();
    const part = file.subarray(at, at + Math.min(chunk(), place.length));
    place.set(part);
    if (!reader.advance(part.length)) pauses += 1;
    at += part.length;
  }
  return { got, reader, pauses };
}

describe('the NUT reader', () => {
  const frames = 20;
  const file = nut('24x16', frames, 1000);

  it('gives every frame whole and with its time', () => {
    const { got, reader } = read(file, 24 * 16, () => 65_536);
    expect(got.map(({ bytes }) => Number.parseInt(bytes.slice(0, 2), 16))).toEqual(
      Array.from({ length: frames }, (_, n) => n),
    );
    expect(got.map(({ seconds }) => seconds)).toEqual(
      Array.from({ length: frames }, (_, n) => (1000 + n + Math.floor(n / 3)) / 25),
    );
    expect(reader.complete).toBe(true);
  });

  it('gives the same however the bytes are cut', () => {
    const random = new Random(7);
    const whole = read(file, 24 * 16, () => 65_536).got;
    for (const largest of [1, 2, 7, 40, 300, 5000]) {
      expect(read(file, 24 * 16, () => 1 + random.below(largest)).got).toEqual(whole);
    }
  });

  it('takes frames smaller and larger than its scratch', () => {
    expect(read(nut('2x2', 9), 4, () => 512).got).toHaveLength(9);
    expect(read(nut('400x300', 3), 120_000, () => 65_536).got).toHaveLength(3);
  });

  it('passes on that a pause is wanted', () => {
    expect(read(file, 24 * 16, () => 512).pauses).toBeGreaterThan(0);
  });

  it('is not complete inside a frame', () => {
    expect(read(file.subarray(0, file.length / 2), 24 * 16, () => 100).reader.complete).toBe(false);
  });

  it('refuses what is no NUT, another frame size and two streams', () => {
    expect(() => read(Buffer.alloc(70_000, 1), 24 * 16, () => 512)).toThrow(/before the headers/);
    expect(() => read(Buffer.alloc(200_000, 0x4e), 24 * 16, () => 512)).not.toThrow(TypeError);
    expect(() => read(file, 24 * 16 + 1, () => 512)).toThrow(/384 bytes where 385 were expected/);
  });

  it('survives damaged bytes: frames or a clear error, never anything else', () => {
    const random = new Random(11);
    for (let round = 0; round < 300; round += 1) {
      const damaged = Uint8Array.from(file);
      for (let i = 0; i < 4; i += 1) damaged[random.below(damaged.length)] = random.below(256);
      try {
        read(damaged, 24 * 16, () => 512);
      } catch (error) {
        expect(error).toMatchObject({ kind: 'source' });
      }
    }
  });
});
