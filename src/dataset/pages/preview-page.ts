import { toPicture } from '../augmentation/picture.js';
import { type Batch, unpackObjects } from '../batch.js';
import type { Dataset } from '../dataset.js';
import { figure, smallJpeg } from './drawn-picture.js';
import { page, section } from './html.js';

/** A page that shows batches as the network sees them, boxes drawn; objects that are left out of the loss are dashed. */
export async function previewPage(
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  { labels, samples }: Pick<Dataset, 'labels' | 'samples'>,
): Promise<string> {
  const sections: string[] = [];
  for await (const batch of batches) {
    const { width, height } = batch.size;
    const figures: string[] = [];
    for (let n = 0; n < batch.count; n++) {
      const data = batch.pictures.subarray(3 * n * width * height, 3 * (n + 1) * width * height);
      const jpeg = await smallJpeg({ data: toPicture({ width, height, data }).data, size: batch.size });
      const caption = batch.sources[n]!.map((index) => samples[index]!.file.split(/[\\/]/).at(-1)).join(', ');
      figures.push(figure({ jpeg, size: batch.size, annotations: unpackObjects(batch, n), labels, caption }));
    }
    const title = `Epoch ${batch.epoch + 1}, step ${batch.step + 1}: ${width}x${height}`;
    sections.push(section(title, `<div class="pictures">${figures.join('\n')}</div>`));
  }
  return page('What the network sees', sections);
}
