import { html, svg, type TemplateResult } from 'lit-html';
import type { TrainingPicture, TrainingRecord } from '#core/training-record.js';
import { colourOf, textColourOn } from '#vision/colours.js';
import { trainingPictureUrl } from '../api.js';
import { counted } from '../state/summary.js';

/** Width of a picture on the page, px, about: strokes and letters are sized for it. */
const SHOWN_WIDTH = 300;

/** A held-out picture: dashed what is there, full what was found. */
export function sample(run: string, picture: TrainingPicture, { labels }: TrainingRecord): TemplateResult {
  const { file, width, height, truths, detections } = picture;
  const unit = width / SHOWN_WIDTH;
  const name = (classId: number) => labels[classId] ?? `class ${classId}`;
  const counts = countsOf(detections.map(({ class_id }) => name(class_id)));
  const words =
    counts.length === 0 ? 'Nothing found' : counts.map(([label, count]) => counted(count, label)).join(', ');
  return html`<figure class="sample">
    <div class="picture">
      <img src=${trainingPictureUrl(run, file)} alt=${words} loading="lazy" width=${width} height=${height} />
      <svg viewBox="0 0 ${width} ${height}" aria-hidden="true">
        ${truths.map(({ box }) => rectangle(box, 'truth', '#ffffff', unit))}
        ${detections.toReversed().map(({ box, class_id, score }) => found(box, { label: name(class_id), score, unit, width }))}
      </svg>
    </div>
    <figcaption>${words} <span>· ${truths.length} there</span></figcaption>
  </figure>`;
}

type Box = TrainingPicture['truths'][number]['box'];

function rectangle([x1, y1, x2, y2]: Box, kind: string, colour: string, unit: number): TemplateResult {
  return svg`<rect class="casing ${kind}" x=${x1} y=${y1} width=${x2 - x1} height=${y2 - y1} stroke-width=${3.4 * unit}></rect>
    <rect class=${kind} x=${x1} y=${y1} width=${x2 - x1} height=${y2 - y1} stroke=${colour} stroke-width=${1.8 * unit}></rect>`;
}

interface Found {
  readonly label: string;
  readonly score: number;
  readonly unit: number;
  /** Of the picture. */
  readonly width: number;
}

function found(box: Box, { label, score, unit, width }: Found): TemplateResult {
  const colour = colourOf(label);
  const text = `${label} ${Math.floor(score * 100)}%`;
  const [tagWidth, tagHeight] = [(6 * text.length + 8) * unit, 14 * unit];
  const left = Math.max(0, Math.min(box[0], width - tagWidth));
  const top = box[1] >= tagHeight ? box[1] - tagHeight : box[1];
  return svg`${rectangle(box, 'found', colour.hex, unit)}
    <rect class="tag" x=${left} y=${top} width=${tagWidth} height=${tagHeight} rx=${3 * unit} fill=${colour.hex}></rect>
    <text class="tag-text" x=${left + 4 * unit} y=${top + 10.4 * unit} font-size=${10.5 * unit} fill=${textColourOn(colour).hex}>${text}</text>`;
}

function countsOf(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
