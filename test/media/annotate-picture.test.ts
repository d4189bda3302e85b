import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { annotatePicture, drawDetections } from '#media/annotate-picture.js';
import { colourOf } from '#vision/colours.js';
import { ffmpegRun, temporaryFolder } from '../support/video.js';

const grey = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#808080' } });
const person = { box: [40, 40, 120, 100] as const, label: 'person', classId: 0, score: 0.9, trackId: 3 };

describe('a picture with detections drawn in', () => {
  it('shows them in their colours and leaves the rest unchanged', async () => {
    const drawn = sharp(await drawDetections(await grey(201, 151).png().toBuffer(), [person], 'png'));
    const { data, info } = await drawn.raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * info.channels, (y * info.width + x) * info.channels + 3),
    ];
    const { red, green, blue } = colourOf('person');
    expect([info.width, info.height]).toEqual([201, 151]);
    expect(at(40, 70)).toEqual([red, green, blue]);
    expect(at(119, 99)).toEqual([red, green, blue]);
    expect(at(80, 70)).toEqual([128, 128, 128]);
    expect(at(10, 140)).toEqual([128, 128, 128]);
  });

  it.each(['jpeg', 'png', 'webp'] as const)('comes as %s', async (format) => {
    const drawn = await drawDetections(await grey(64, 48).jpeg().toBuffer(), [person], format);
    expect(await sharp(drawn).metadata()).toMatchObject({ format, width: 64, height: 48 });
  });

  it('is turned upright, as its boxes are', async () => {
    const turned = await grey(100, 60).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect(await sharp(await drawDetections(turned, [person], 'png')).metadata()).toMatchObject({
      width: 60,
      height: 100,
    });
  });

  it('takes one that is no colour picture', async () => {
    const drawn = await drawDetections(await grey(200, 150).grayscale().png().toBuffer(), [person], 'png');
    const { data, info } = await sharp(drawn).raw().toBuffer({ resolveWithObject: true });
    const { red } = colourOf('person');
    expect(data[(70 * info.width + 40) * info.channels]).toBe(red);
  });

  it('has equal bytes for equal input', async () => {
    const picture = await grey(64, 48).png().toBuffer();
    expect(
      (await drawDetections(picture, [person], 'jpeg')).equals(await drawDetections(picture, [person], 'jpeg')),
    ).toBe(true);
  });
});

describe('a copy of a picture file', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder, name);

  it.each(['a.jpg', 'a.png', 'a.webp'])('%s is of the format of its name', async (name) => {
    await grey(64, 48).png().toFile(path('source.png'));
    await annotatePicture(path('source.png'), [person], path(name));
    expect((await sharp(path(name)).metadata()).format).toBe(name.slice(2).replace('jpg', 'jpeg'));
  });

  it.each(['bmp', 'ppm'])('is made of a %s, which only ffmpeg can read', async (kind) => {
    await grey(64, 48).png().toFile(path('source.png'));
    await ffmpegRun(['-i', path('source.png'), path(`source.${kind}`)]);
    await annotatePicture(path(`source.${kind}`), [person], path(`${kind}.jpg`));
    expect(await sharp(path(`${kind}.jpg`)).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 48 });
  });

  it('says what is wrong and leaves nothing behind', async () => {
    writeFileSync(path('text.png'), 'no picture');
    await expect(annotatePicture(path('text.png'), [], path('x.png'))).rejects.toMatchObject({ kind: 'source' });
    await expect(annotatePicture(path('none.png'), [], path('x.png'))).rejects.toMatchObject({ fault: 'not-found' });
    await grey(64, 48).png().toFile(path('good.png'));
    await expect(annotatePicture(path('good.png'), [], path('no/x.png'))).rejects.toMatchObject({ kind: 'output' });
    expect(readdirSync(folder).filter((name) => name.startsWith('x') || name.endsWith('.part'))).toEqual([]);
  });
});
