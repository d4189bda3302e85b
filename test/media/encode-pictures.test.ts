import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodePictures } from '#media/encode-pictures.js';
import { probe } from '#media/probe.js';
import { childrenNamed } from '../support/processes.js';
import { frameTimes, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const size = { width: 96, height: 64 };

/** Grey pictures, each brighter than the one before, in one buffer that is used again. */
function* brighter(count: number): Generator<Uint8Array> {
  const rgba = new Uint8Array(4 * size.width * size.height);
  for (let n = 0; n < count; n++) {
    rgba.fill(40 + 20 * n);
    yield rgba;
  }
}

describe('encoding pictures', () => {
  it('keeps every picture, its time and its colours', async () => {
    const target = join(folder, 'grey.mp4');
    await encodePictures(brighter(8), { size, fps: 10, target });
    expect(await probe(target)).toMatchObject({
      size,
      fps: { num: 10, den: 1 },
      codec: 'h264',
      pixelFormat: 'yuv420p',
    });
    expect(frameTimes(target)).toEqual(Array.from({ length: 8 }, (_, n) => n / 10));
    const args = ['-v', 'error', '-i', target, '-vf', 'format=rgb24', '-f', 'rawvideo', '-'];
    const decoded = execFileSync('ffmpeg', args, { maxBuffer: 2 ** 24 });
    const middle = (n: number) => decoded[(n * size.height + size.height / 2) * size.width * 3]!;
    for (let n = 0; n < 8; n++) expect(Math.abs(middle(n) - (40 + 20 * n))).toBeLessThanOrEqual(3);
  });

  it('leaves no ffmpeg behind when it is stopped or its pictures fail', async () => {
    const stop = new AbortController();
    function* stopped(): Generator<Uint8Array> {
      for (const picture of brighter(5)) {
        stop.abort(new Error('enough'));
        yield picture;
      }
    }
    const target = join(folder, 'stopped.mp4');
    await expect(encodePictures(stopped(), { size, fps: 10, target, signal: stop.signal })).rejects.toThrow('enough');
    function* failing(): Generator<Uint8Array> {
      yield* brighter(1);
      throw new Error('no more paint');
    }
    await expect(encodePictures(failing(), { size, fps: 10, target })).rejects.toThrow('no more paint');
    expect(childrenNamed('ffmpeg')).toEqual([]);
  });

  it('says which file cannot be written', async () => {
    const target = join(folder, 'missing', 'a.mp4');
    const writing = encodePictures(brighter(2), { size, fps: 10, target });
    await expect(writing).rejects.toMatchObject({ kind: 'output', message: expect.stringContaining(target) });
    expect(existsSync(target)).toBe(false);
  });
});
