import sharp from 'sharp';
import type { Annotation } from '#core/annotation.js';
import type { Size } from '#core/size.js';
import { escapeHtml } from './html.js';

/** A picture with its objects, as HTML. */
export interface DrawnPicture {
  /** JPEG bytes. */
  readonly jpeg: Buffer;
  /** The pixels that the annotations count in. */
  readonly size: Size;
  readonly annotations: readonly Annotation[];
  readonly labels: readonly string[];
  readonly caption: string;
}

/** Longest side of the pictures in a page, px. */
const SIDE = 480;

/** The JPEG of a picture file or of raw RGB bytes, small enough for a page. */
export async function smallJpeg(source: string | { data: Uint8Array; size: Size }): Promise<Buffer> {
  const image =
    typeof source === 'string'
      ? sharp(source, { failOn: 'none' }).autoOrient()
      : sharp(source.data, { raw: { ...source.size, channels: 3 } });
  return image
    .resize({ width: SIDE, height: SIDE, fit: 'inside', withoutEnlargement: true })
    .flatten()
    .jpeg({ quality: 82 })
    .toBuffer();
}

/** A colour for every class, far apart on the circle (steps of the golden angle); a dark one for white letters. */
export function classColour(classId: number, shade: 'bright' | 'dark' = 'bright'): string {
  const hue = (210 + classId * 137.508) % 360;
  return `hsl(${hue.toFixed(0)} ${shade === 'bright' ? '90% 58%' : '75% 33%'})`;
}

export function figure(picture: DrawnPicture): string {
  const { jpeg, size, annotations, labels, caption } = picture;
  const unit = Math.max(size.width, size.height) / 320;
  const image = `<image width="${size.width}" height="${size.height}" href="data:image/jpeg;base64,${jpeg.toString('base64')}"/>`;
  const boxes = annotations.map((one) => drawBox(one, labels[one.classId] ?? `class ${one.classId}`, unit));
  return `<figure><svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeHtml(caption)}">${image}${boxes.join('')}</svg><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

function drawBox({ box, classId, crowd, difficult, landmarks }: Annotation, label: string, unit: number): string {
  const [x1, y1, x2, y2] = box.map((edge) => +edge.toFixed(2)) as [number, number, number, number];
  const colour = classColour(classId);
  const dash = crowd || difficult ? ` stroke-dasharray="${4 * unit} ${3 * unit}"` : '';
  const name = `${label}${crowd ? ' (crowd)' : difficult ? ' (ignored)' : ''}`;
  const points = (landmarks ?? [])
    .filter(([, , visibility]) => visibility > 0)
    .map(([x, y]) => `<circle cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" r="${2 * unit}" fill="${colour}"/>`);
  return (
    `<rect x="${x1}" y="${y1}" width="${+(x2 - x1).toFixed(2)}" height="${+(y2 - y1).toFixed(2)}" fill="none" stroke="${colour}" stroke-width="${1.5 * unit}"${dash}/>` +
    drawTag(name, { x: x1, y: Math.max(0, y1 - 11 * unit), classId, unit }) +
    points.join('')
  );
}

/** White on the colour of the class, above the box where there is room. */
function drawTag(name: string, at: { x: number; y: number; classId: number; unit: number }): string {
  const { x, y, classId, unit } = at;
  const width = (0.58 * 9 * name.length + 5) * unit;
  return (
    `<rect x="${x}" y="${+y.toFixed(2)}" width="${+width.toFixed(2)}" height="${11 * unit}" fill="${classColour(classId, 'dark')}"/>` +
    `<text x="${+(x + 2.5 * unit).toFixed(2)}" y="${+(y + 8.5 * unit).toFixed(2)}" font-size="${9 * unit}" fill="#fff">${escapeHtml(name)}</text>`
  );
}
