import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hevcPictureSize } from '#media/h265/sps.js';
import { makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();

function encoded(size: string, format: string): Promise<string> {
  const codec = ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', format, '-x265-params', 'log-level=none'];
  return makeVideo(`${folder}/${size}-${format}.hevc`, { size, frames: 1, codec });
}

describe('the size of an H.265 picture', () => {
  it.each([
    ['192x96', 'yuv420p', 'whole coding units'],
    ['162x98', 'yuv420p', 'cropped by the conformance window'],
    ['162x98', 'yuv422p', 'whose window counts rows one by one'],
    ['162x98', 'yuv444p', 'whose window counts pixels'],
    ['162x98', 'yuv420p10le', 'of more than 8 bits'],
  ])('%s %s: %s', async (size, format) => {
    const [width, height] = size.split('x').map(Number);
    const packet = readFileSync(await encoded(size, format));
    expect(hevcPictureSize(packet)).toEqual({ width, height });
  });

  it('is unknown without a parameter set, and where that is cut off', async () => {
    const packet = readFileSync(await encoded('192x96', 'yuv420p'));
    const set = packet.indexOf(Buffer.from([0, 0, 1, 33 << 1]));
    expect(set).toBeGreaterThan(0);
    expect(hevcPictureSize(new Uint8Array())).toBeUndefined();
    expect(hevcPictureSize(packet.subarray(0, set))).toBeUndefined();
    for (let length = 5; length < 20; length += 1) {
      expect(hevcPictureSize(packet.subarray(set, set + length))).toBeUndefined();
    }
  });
});
