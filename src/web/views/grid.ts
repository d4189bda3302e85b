import { html, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { colourOf } from '#vision/colours.js';
import type { App } from '../app.js';
import type { Camera } from '../camera.js';
import { countByLabel, passes } from '../state/filter.js';
import { gridShape } from '../state/grid-shape.js';
import { counted } from '../state/summary.js';
import { icon, swatch } from './icons.js';

/** Labels that a caption has room for. */
const MOST_COUNTS = 3;

/** All cameras. */
export function grid(app: App): TemplateResult {
  return html`<div class="grid" id="grid">
    ${repeat(
      app.cameras.values(),
      ({ name }) => name,
      (camera) => tile(app, camera),
    )}
  </div>`;
}

/** The counts of what is drawn over a camera's picture now. */
export function countsOf(app: App, camera: Camera): readonly (readonly [string, number])[] {
  if (camera.boxes.kind === 'none') return [];
  const { filter } = app.look();
  return countByLabel(camera.boxes.observation.detections.filter((detection) => passes(detection, filter)));
}

function tile(app: App, camera: Camera): TemplateResult {
  const words = app.words(camera);
  return html`<article class="tile" data-tone=${words.tone} ?data-stale=${!words.fresh} data-camera=${camera.name}>
    <div class="view">
      ${camera.screen.element}${veil(app, camera)}
      <button class="open" aria-label="Enlarge ${camera.name}, ${words.title}" @click=${() => app.select(camera.name)}>
        <span class="enlarge">${icon('expand')}</span>
      </button>
    </div>
    <footer class="caption">
      <span class="dot" aria-hidden="true"></span>
      <h2 class="name">${camera.name}</h2>
      ${words.fresh ? chips(app, camera) : html`<span class="chips"></span>`}
      <span class="figures">${words.fresh ? figures(camera) : words.title}</span>
    </footer>
  </article>`;
}

/** What lies over a picture that is not of now: in words why. */
export function veil(app: App, camera: Camera): TemplateResult | undefined {
  const words = app.words(camera);
  if (words.fresh || camera.paused) return undefined;
  const busy = words.tone === 'busy';
  return html`<div class="veil" data-tone=${words.tone}>
    <div class="why">
      ${busy ? html`<span class="spinner" aria-hidden="true"></span>` : undefined}
      <strong>${words.title}</strong>
      <span>${words.detail}</span>
    </div>
  </div>`;
}

function chips(app: App, camera: Camera): TemplateResult {
  const counts = countsOf(app, camera);
  const shown = counts.slice(0, MOST_COUNTS);
  const text = counts.map(([label, count]) => counted(count, label)).join(', ');
  return html`<span class="chips" title=${text} aria-label=${text}>
    ${shown.map(
      ([label, count]) =>
        html`<span class="chip">${swatch(colourOf(label).hex)}<span>${label}</span><b>${count}</b></span>`,
    )}
    ${counts.length > MOST_COUNTS ? html`<span class="chip">+${counts.length - MOST_COUNTS}</span>` : undefined}
  </span>`;
}

function figures(camera: Camera): TemplateResult {
  const latency = camera.figures.latencyMs;
  return html`${latency === undefined ? undefined : html`<span title="From the arrival of the picture to this screen">${Math.round(latency)} ms</span>`}
    <span title="Pictures per second on this screen">${Math.round(camera.figures.fps(performance.now()))} fps</span>`;
}

/** Sizes the tiles so that all fit; to be called after each change of number or window. */
export function arrangeGrid(count: number): void {
  const element = document.getElementById('grid');
  if (element === null) return;
  const style = getComputedStyle(element);
  const [inner, padding] = [
    element.parentElement!,
    Number.parseFloat(style.paddingTop) + Number.parseFloat(style.paddingBottom),
  ];
  const sides = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
  const area = { width: inner.clientWidth - sides, height: inner.clientHeight - padding };
  const { columns, width } = gridShape(count, area, Number.parseFloat(style.gap));
  element.style.setProperty('grid-template-columns', `repeat(${columns}, ${Math.floor(width)}px)`);
}
