import type { Annotation } from '#core/annotation.js';
import type { Size } from '#core/size.js';
import type { Found } from '#vision/metrics/pictures.js';
import { colourOf, coordinate, escapeMarkup } from './markup.js';

/** A picture with what is there and what was found. */
export interface PictureCard {
  readonly name: string;
  readonly size: Size;
  /** JPEG that has the picture's shape, any size. */
  readonly jpeg: Uint8Array;
  readonly truths: readonly Annotation[];
  readonly detections: readonly Found[];
  readonly note: string;
}

/** One picture as a figure: dashed boxes are the truth, full ones were found, colours are classes. */
export function pictureCard(card: PictureCard, labels: readonly string[]): string {
  const { size, jpeg, truths, detections } = card;
  const unit = Math.max(size.width, size.height) / 320;
  const uri = `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
  const expected = truths.map(({ box, classId, crowd, difficult }) =>
    rectOf({ box, colour: crowd || difficult ? '#999' : colourOf(classId), unit, dashed: true }),
  );
  const found = [...detections]
    .sort((left, right) => left.score - right.score)
    .map(({ box, classId, score }) => {
      const colour = colourOf(classId);
      const text = `${labels[classId] ?? classId} ${score.toFixed(2)}`;
      return rectOf({ box, colour, unit, dashed: false }) + tagOf({ box, colour, unit, text });
    });
  return `<figure class="picture"><svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeMarkup(card.name)}">
<image href="${uri}" width="${size.width}" height="${size.height}" preserveAspectRatio="none"/>${expected.join('')}${found.join('')}
</svg><figcaption><b>${escapeMarkup(card.name)}</b><span>${escapeMarkup(card.note)}</span></figcaption></figure>`;
}

interface Drawn {
  readonly box: readonly number[];
  readonly colour: string;
  /** Source px of one px on the page, about. */
  readonly unit: number;
}

function rectOf({ box, colour, unit, dashed }: Drawn & { readonly dashed: boolean }): string {
  const [x1, y1, x2, y2] = box as [number, number, number, number];
  const dash = dashed ? ` stroke-dasharray="${coordinate(5 * unit)} ${coordinate(3 * unit)}"` : '';
  const shape = `x="${coordinate(x1)}" y="${coordinate(y1)}" width="${coordinate(x2 - x1)}" height="${coordinate(y2 - y1)}" fill="none"`;
  const halo = `<rect ${shape} stroke="#000" stroke-opacity=".45" stroke-width="${coordinate(3.2 * unit)}"/>`;
  return `${halo}<rect ${shape} stroke="${dashed ? '#fff' : colour}" stroke-width="${coordinate(1.8 * unit)}"${dash}/>`;
}

function tagOf({ box, colour, unit, text }: Drawn & { readonly text: string }): string {
  const [x1, y1] = box as [number, number];
  const height = 12 * unit;
  const top = Math.max(0, y1 - height);
  const width = (6.1 * text.length + 6) * unit;
  return `<rect x="${coordinate(x1)}" y="${coordinate(top)}" width="${coordinate(width)}" height="${coordinate(height)}" fill="${colour}"/><text x="${coordinate(x1 + 3 * unit)}" y="${coordinate(top + 9.2 * unit)}" font-size="${coordinate(10 * unit)}" fill="#fff">${escapeMarkup(text)}</text>`;
}
