import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedPath } from '../../support/shared.js';

/** Copies the first real photographs with their labels into `folder/data`, as training and validation part at once. */
export function copyPictures(folder: string, count: number): string {
  const data = join(folder, 'data');
  for (const kind of ['images', 'labels']) mkdirSync(join(data, kind), { recursive: true });
  for (let n = 1; n <= count; n++) {
    const name = `train_${String(n).padStart(4, '0')}`;
    cpSync(sharedPath('detect/highway/train/images', `${name}.jpg`), join(data, 'images', `${name}.jpg`));
    cpSync(sharedPath('detect/highway/train/labels', `${name}.txt`), join(data, 'labels', `${name}.txt`));
  }
  writeFileSync(join(data, 'data.yaml'), 'train: images\nval: images\nnames: [bus, car, motorbike, person, truck]\n');
  return data;
}
