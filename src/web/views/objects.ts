import { html, nothing, type TemplateResult } from 'lit-html';
import type { DetectionRecord } from '#core/record.js';
import { colourOf } from '#vision/colours.js';
import type { App } from '../app.js';
import type { Camera } from '../camera.js';
import { passes } from '../state/filter.js';
import { swatch } from './icons.js';

const MOST = 10;

/** What is in the picture now, in an order that does not jump about. */
export function objects(app: App, camera: Camera): TemplateResult {
  const { filter } = app.look();
  const all = camera.boxes.kind === 'none' ? [] : camera.boxes.observation.detections;
  const shown = all.filter((detection) => passes(detection, filter)).sort(steady);
  return html`<section>
    <h3>In view <span class="count">${shown.length}</span></h3>
    ${shown.length === 0 ? html`<p class="hint">Nothing${all.length > 0 ? ' that passes the filter' : ''}.</p>` : nothing}
    <ul class="objects">
      ${shown.slice(0, MOST).map((detection) => object(detection))}
    </ul>
    ${shown.length > MOST ? html`<p class="hint">and ${shown.length - MOST} more</p>` : nothing}
  </section>`;
}

function object({ label, track_id, score }: DetectionRecord): TemplateResult {
  const percent = Math.floor(score * 100);
  return html`<li>
    ${swatch(colourOf(label).hex)}<span class="label">${label}</span>
    ${track_id === undefined ? nothing : html`<span class="id">#${track_id}</span>`}
    <meter min="0" max="100" .value=${percent} aria-label="Score"></meter><span class="score">${percent}%</span>
  </li>`;
}

/** By class and track, else by place from left to right. */
function steady(a: DetectionRecord, b: DetectionRecord): number {
  if (a.label !== b.label) return a.label < b.label ? -1 : 1;
  return (a.track_id ?? 0) - (b.track_id ?? 0) || a.box[0] - b.box[0];
}
