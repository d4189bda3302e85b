import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NutStream } from '#media/nut-headers.js';
import { NutReader } from '#media/nut-reader.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lookout-nut-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Read {
  readonly stream: NutStream | undefined;
  readonly packets: readonly { readonly bytes: number; readonly pts: number; readonly isKey: boolean }[];
}

/** Reads a NUT file in pieces of `step` bytes, as a pipe would give it. */
function read(file: Buffer, step: number): Read {
  let stream: NutStream | undefined;
  const packets: { bytes: number; pts: number; isKey: boolean }[] = [];
  const reader = new NutReader({
    allocate: (bytes) => new Uint8Array(bytes),
    stream: (found) => {
      stream = found;
    },
    frame: (data, ticks, { num, den }, isKey) => {
      packets.push({ bytes: data.length, pts: (ticks * num) / den, isKey });
      return true;
    },
  });
  for (let at = 0; at < file.length; ) {
    const place = reader.place();
    const count = Math.min(place.length, step, file.length - at);
    place.set(file.subarray(at, at + count));
    reader.advance(count);
    at += count;
  }
  return { stream, packets };
}

describe('coded packets in NUT', () => {
  it.each([
    ['H.264', ['-c:v', 'libx264', '-g', '10', '-bf', '2'], 'h264_mp4toannexb', 'avc1'],
    [
      'H.264 of tiny packets, whose first bytes are elided',
      ['-c:v', 'libx264', '-crf', '51', '-s', '32x32'],
      'h264_mp4toannexb',
      'avc1',
    ],
    ['MPEG-4', ['-c:v', 'mpeg4'], 'null', 'mp4v'],
    ['MJPEG', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'], 'null', 'MJPG'],
  ])('come out as ffprobe lists them: %s', (_reason, options, filter, fourcc) => {
    const mp4 = join(directory, `${fourcc}-${options.length}.mp4`);
    const nut = `${mp4}.nut`;
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=2'];
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...source, '-pix_fmt', 'yuv420p', ...options, mp4]);
    const copy = ['-c', 'copy', '-bsf:v', filter, '-f', 'nut'];
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', mp4, ...copy, nut]);
    const whole = execFileSync('ffmpeg', ['-v', 'error', '-i', mp4, ...copy, '-'], { maxBuffer: 1 << 26 });
    const probe = ['-v', 'error', '-show_entries', 'packet=pts_time,size,flags', '-of', 'csv=p=0', nut];
    const expected = execFileSync('ffprobe', probe)
      .toString()
      .trim()
      .split('\n')
      .map((line) => {
        const [pts, bytes, flags] = line.split(',');
        return { bytes: Number(bytes), pts: Number(pts), isKey: flags!.startsWith('K') };
      });
    for (const step of [1 << 20, 1000, 7]) {
      const { stream, packets } = read(whole, step);
      expect(stream?.fourcc).toBe(fourcc);
      expect(stream?.size.width).toBe(options.includes('32x32') ? 32 : 160);
      expect(packets.map(({ bytes, isKey }) => ({ bytes, isKey }))).toEqual(
        expected.map(({ bytes, isKey }) => ({ bytes, isKey })),
      );
      for (const [index, { pts }] of packets.entries()) expect(Math.abs(pts - expected[index]!.pts)).toBeLessThan(1e-5);
    }
  });
});
