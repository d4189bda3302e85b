import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { NutReader } from '#media/nut-reader.js';
import { nutFrameHeader, nutHeader } from '#media/nut-writer.js';
import { temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const size = { width: 32, height: 16 };
const frameBytes = (32 * 16 * 3) / 2;

/** A file of seeded noise at uneven, partly very late times. */
function makeFile() {
  const random = new Random(5);
  let ticks = 0;
  const frames = Array.from({ length: 30 }, (_, index) => {
    ticks += 1 + random.below(index === 20 ? 2 ** 31 : 5000);
    return { ticks, data: Uint8Array.from({ length: frameBytes }, () => random.below(256)) };
  });
  const header = nutHeader({
    size,
    fourcc: 'I420',
    timeBase: { num: 1, den: 90_000 },
    sampleAspect: { num: 4, den: 3 },
  });
  const file = Buffer.concat([
    header,
    ...frames.flatMap(({ ticks, data }) => [nutFrameHeader(ticks, data.length), data]),
  ]);
  return { frames, file };
}

describe('the NUT writer', () => {
  it('writes what the reader reads', () => {
    const { frames, file } = makeFile();
    const got: { ticks: number; data: Uint8Array }[] = [];
    const reader = new NutReader({
      allocate: () => new Uint8Array(frameBytes),
      frame: (data, ticks) => got.push({ ticks, data }) > 0,
    });
    for (let at = 0; at < file.length; ) {
      const place = reader.place();
      const part = file.subarray(at, at + Math.min(1000, place.length));
      place.set(part);
      reader.advance(part.length);
      at += part.length;
    }
    expect(got).toEqual(frames);
    expect(reader.complete).toBe(true);
  });

  it('writes what FFmpeg reads', () => {
    const { frames, file } = makeFile();
    const path = join(folder, 'a.nut');
    writeFileSync(path, file);
    const show = [
      '-show_entries',
      'packet=pts,size:stream=width,height,pix_fmt,sample_aspect_ratio,time_base',
      '-of',
      'json',
    ];
    const probed = JSON.parse(
      execFileSync('ffprobe', ['-v', 'warning', ...show, path], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    expect(probed.streams).toEqual([{ ...size, pix_fmt: 'yuv420p', sample_aspect_ratio: '4:3', time_base: '1/90000' }]);
    expect(probed.packets).toEqual(frames.map(({ ticks }) => ({ pts: ticks, size: String(frameBytes) })));
    const raw = execFileSync('ffmpeg', ['-v', 'fatal', '-i', path, '-vsync', 'passthrough', '-f', 'rawvideo', '-']);
    expect(raw.equals(Buffer.concat(frames.map(({ data }) => data)))).toBe(true);
  });

  it('lets the memory of FFmpeg stay as it is, however long the stream', async () => {
    const child = spawn('ffmpeg', [
      '-nostdin',
      '-v',
      'fatal',
      '-f',
      'nut',
      '-i',
      'pipe:0',
      '-c',
      'copy',
      '-f',
      'null',
      '-',
    ]);
    const ended = once(child, 'exit');
    const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]);
    child.stdin.write(
      nutHeader({ size, fourcc: 'I420', timeBase: { num: 1, den: 25 }, sampleAspect: { num: 1, den: 1 } }),
    );
    const data = new Uint8Array(frameBytes);
    const resident: number[] = [];
    for (let count = 1; count <= 40_000; count += 1) {
      child.stdin.write(nutFrameHeader(count, frameBytes));
      if (!child.stdin.write(data)) await once(child.stdin, 'drain');
      if (count % 10_000 === 0) resident.push(memory());
    }
    child.stdin.end();
    expect((await ended)[0]).toBe(0);
    expect(resident[3]! - resident[0]!).toBeLessThan(2000); // a syncpoint for each frame costs 6600 kB
  });

  it('refuses times below zero', () => {
    expect(() => nutFrameHeader(-1, 10)).toThrow(RangeError);
    expect(() => nutFrameHeader(Number.NaN, 10)).toThrow(RangeError);
  });
});
