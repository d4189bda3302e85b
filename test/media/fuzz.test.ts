import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { SourceError } from '#core/source-error.js';
import { openVideo } from '#media/open-video.js';
import { childrenNamed, openDescriptors } from '../support/processes.js';
import { ffmpegRun, makeVideo, temporaryFolder } from '../support/video.js';

/** `LOOKOUT_FUZZ=500 npx vitest run test/media/fuzz.test.ts` runs all; a tenth of them is the everyday share. */
const ROUNDS = Number(process.env.LOOKOUT_FUZZ ?? 50);
const AT_ONCE = 4;
const HANG_MS = 20_000;

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '1', '-g', '4', '-pix_fmt', 'yuv420p'];
const CLIPS = {
  'a.mp4': ['-movflags', '+faststart', ...H264],
  'a.mkv': H264,
  'a.ts': H264,
  'a.avi': ['-c:v', 'mpeg4'],
  'a.webm': ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'],
  'a.mov': ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'],
};
const NAMES = [...Object.keys(CLIPS), 'a.h264'];

beforeAll(async () => {
  for (const [name, codec] of Object.entries(CLIPS)) await makeVideo(path(name), { size: '64x48', frames: 8, codec });
  await ffmpegRun(['-i', path('a.mp4'), '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', path('a.h264')]);
});

/** One of the ways in which files go bad. */
function corrupt(whole: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(whole);
  const at = () => random.below(bytes.length);
  const start = random.chance(0.4) ? random.below(Math.min(600, bytes.length)) : at();
  switch (random.below(6)) {
    case 0: // single bytes
      for (let i = 0; i <= random.below(20); i += 1) bytes[random.chance(0.5) ? start : at()] = random.below(256);
      return bytes;
    case 1: // an erased stretch
      return bytes.fill(random.pick([0, 255]), start, Math.min(bytes.length, start + random.below(400)));
    case 2: // cut off
      return bytes.subarray(0, 1 + at());
    case 3: // a missing stretch
      return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + random.below(500))]);
    case 4: // a stretch of noise in between
      return Buffer.concat([
        bytes.subarray(0, start),
        Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256))),
        bytes.subarray(start),
      ]);
    default: // numbers of four bytes at their extremes
      for (let i = 0; i < 4; i += 1)
        bytes.writeUInt32BE(random.pick([0, 1, 0x7fffffff, 0xffffffff]), Math.min(start + 4 * i, bytes.length - 4));
      return bytes;
  }
}

/** Frames that came, and the error if there was one; anything but a clear one is thrown. */
async function outcome(file: string): Promise<string> {
  let frames = 0;
  try {
    const source = await openVideo(file, { input: { width: 32, height: 32 }, fit: 'letterbox', stallTimeoutMs: 5000 });
    for await (const { data } of source) {
      frames += 1;
      source.recycle(data);
    }
    return 'read';
  } catch (error) {
    if (!(error instanceof SourceError) || !error.message.startsWith(file)) throw error;
    return frames > 0 ? `${error.fault} on the way` : error.fault;
  }
}

describe('a damaged video', () => {
  it(`gives a result or a clear error, never a crash, a hang or a forgotten child (${ROUNDS} seeded ones)`, {
    timeout: 300_000,
  }, async () => {
    const before = openDescriptors();
    const outcomes = new Map<string, number>();
    let round = 0;
    const worker = async () => {
      while (round < ROUNDS) {
        const seed = round++;
        const random = new Random(1978, seed);
        const name = NAMES[seed % NAMES.length]!;
        const file = path(`${seed}-${name}`);
        writeFileSync(file, corrupt(readFileSync(path(name)), random));
        const hang = setTimeout(() => expect.unreachable(`${file} hangs`), HANG_MS);
        const what = await outcome(file).catch((error) => {
          throw new Error(`seed ${seed}, ${name}: ${error}`, { cause: error });
        });
        clearTimeout(hang);
        outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(ROUNDS);
    expect(outcomes.get('read')).toBeGreaterThan(ROUNDS / 10);
    expect([...childrenNamed('ffmpeg'), ...childrenNamed('ffprobe')]).toEqual([]);
    expect(openDescriptors()).toBeLessThanOrEqual(before);
    if (process.env.LOOKOUT_FUZZ) console.log(Object.fromEntries(outcomes));
  });
});
