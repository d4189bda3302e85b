import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawDetections } from '#media/annotate-picture.js';
import { colourOf } from '#vision/colours.js';

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
