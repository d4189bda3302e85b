import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mirroredLandmarks, relabel } from '#dataset/dataset.js';
import { readDataset } from '#dataset/read-dataset.js';
import { folderWith, writePicture } from './support.js';

describe('relabel', () => {
  it('keeps what each picture is labelled for, and is unsure where one name means two', async () => {
    const folder = folderWith({
      'classes.txt': 'Car\nbike\ncat',
      'labels/a.txt': '0 0.5 0.5 1 1\n1 0.5 0.5 0.5 0.5\n2 0.5 0.5 0.1 0.1',
    });
    await writePicture(join(folder, 'images/a.png'));
    const renamed = { Car: 'car', bike: ['bicycle', 'motorbike'] };
    const { labels, samples } = relabel(await readDataset(folder), ['person', 'bicycle', 'motorbike', 'car'], renamed);
    expect(labels).toEqual(['person', 'bicycle', 'motorbike', 'car']);
    expect(samples[0]!.labelled).toEqual([3]);
    expect(samples[0]!.annotations.map(({ classId, difficult }) => [classId, difficult ?? false])).toEqual([
      [3, false],
      [1, true],
      [2, true],
    ]);
    expect(() => relabel({ labels: ['a'], samples: [] } as never, ['b'], { a: 'c' })).toThrow(/no label "c"/);
  });

  it('finds mirrored landmarks by their names', () => {
    expect(mirroredLandmarks(['left_eye', 'right_eye', 'nose', 'mouth_left', 'mouth_right'])).toEqual([1, 0, 2, 4, 3]);
    expect(mirroredLandmarks(['Left', 'tail'])).toEqual([0, 1]);
  });
});
