import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { colourOf } from '#vision/colours.js';
import type { App } from '../app.js';
import type { Marks } from '../drawing/overlay.js';
import type { PaceChoice } from '../playout/pace.js';
import { details } from './details.js';
import { icon, swatch } from './icons.js';
import { objects } from './objects.js';

const MARKS: readonly (readonly [keyof Marks, string])[] = [
  ['labels', 'Labels'],
  ['ids', 'Track ids'],
  ['scores', 'Scores'],
  ['landmarks', 'Landmarks'],
  ['trails', 'Trails'],
];

const PACES: readonly (readonly [PaceChoice, string, string])[] = [
  ['auto', 'Automatic', 'Exact while the analysis keeps up, smooth when it is slow.'],
  ['exact', 'Exact', 'Analysed pictures only, each with its own boxes.'],
  ['smooth', 'Smooth', 'Every picture; boxes between analysed ones are estimated and dashed.'],
  ['fast', 'Lowest delay', 'Every picture at once; boxes that lag behind are dashed.'],
];

/** What is shown and how: beside the picture, or over its lower part on a phone. */
export function panel(app: App): TemplateResult {
  const { camera } = app;
  return html`<aside class="panel" id="panel" aria-label="Filter and display">
    <header>
      <h2>${camera ? camera.name : 'Filter and display'}</h2>
      <button class="round" aria-label="Close" title="Close (P)" @click=${() => app.togglePanel(false)}>${icon('close')}</button>
    </header>
    <div class="sections">
      ${camera ? objects(app, camera) : nothing} ${filter(app)} ${marks(app)} ${pace(app)} ${camera ? details(app, camera) : nothing}
    </div>
  </aside>`;
}

function filter(app: App): TemplateResult {
  const { threshold, hidden } = app.settings;
  const labels = new Set([...app.cameras.values()].flatMap(({ labels }) => [...labels]).concat(hidden));
  const sorted = [...labels].sort();
  const toggled = (label: string, shown: boolean) =>
    app.change({ hidden: shown ? hidden.filter((other) => other !== label) : [...hidden, label] });
  return html`<section>
    <h3>Filter</h3>
    <label class="slider">
      <span>Minimum score <b>${Math.round(threshold * 100)}%</b></span>
      <input
        type="range"
        min="0"
        max="0.95"
        step="0.01"
        .value=${live(String(threshold))}
        @input=${(event: InputEvent) => app.change({ threshold: Number((event.target as HTMLInputElement).value) })}
      />
    </label>
    ${sorted.length === 0 ? html`<p class="hint">Classes are listed here as soon as something is found.</p>` : nothing}
    <div class="classes" role="group" aria-label="Classes">
      ${sorted.map(
        (label) =>
          html`<label class="class">
            <input
              type="checkbox"
              .checked=${live(!hidden.includes(label))}
              @change=${(event: Event) => toggled(label, (event.target as HTMLInputElement).checked)}
            />
            ${swatch(colourOf(label).hex)}<span>${label}</span>
          </label>`,
      )}
    </div>
    ${hidden.length > 0 ? html`<button class="text" @click=${() => app.change({ hidden: [] })}>Show all classes</button>` : nothing}
  </section>`;
}

function marks(app: App): TemplateResult {
  const shown = app.settings.marks;
  return html`<section>
    <h3>Show</h3>
    <div class="switches">
      ${MARKS.map(
        ([name, text]) =>
          html`<label class="switch">
            <span>${text}</span>
            <input
              type="checkbox"
              role="switch"
              .checked=${live(shown[name])}
              @change=${() => app.change({ marks: { ...shown, [name]: !shown[name] } })}
            />
          </label>`,
      )}
    </div>
  </section>`;
}

function pace(app: App): TemplateResult {
  return html`<section>
    <h3>Picture and boxes</h3>
    <div class="paces" role="radiogroup" aria-label="Picture and boxes">
      ${PACES.map(
        ([name, text, explanation]) =>
          html`<label class="pace">
            <input
              type="radio"
              name="pace"
              .checked=${live(app.settings.pace === name)}
              @change=${() => app.change({ pace: name })}
            />
            <span><b>${text}</b><small>${explanation}</small></span>
          </label>`,
      )}
    </div>
  </section>`;
}
