import { html, nothing, type TemplateResult } from 'lit-html';
import type { App } from '../app.js';
import type { Camera } from '../camera.js';
import { saveSnapshot, toggleFullScreen } from './actions.js';
import { veil } from './grid.js';
import { type IconName, icon } from './icons.js';

/** One camera, as large as it goes. */
export function stage(app: App, camera: Camera): TemplateResult {
  const words = app.words(camera);
  const { figures, boxes } = camera;
  const latency = figures.latencyMs;
  return html`<section
    class="stage"
    id="stage"
    tabindex="-1"
    aria-label=${camera.name}
    data-tone=${words.tone}
    data-camera=${camera.name}
    ?data-stale=${!words.fresh && !camera.paused}
    @dblclick=${(event: Event) => (event.target as Element).closest('button') === null && void toggleFullScreen()}
  >
    ${camera.screen.element}${veil(app, camera)}
    <header class="title">
      <button class="round" @click=${() => app.select(undefined)} aria-label="Back to all cameras" title="All cameras (Esc)">
        ${icon('left')}
      </button>
      <h2>${camera.name}</h2>
      <span class="pill" data-tone=${words.tone}><span class="dot" aria-hidden="true"></span>${words.title}</span>
      ${
        words.fresh
          ? html`<span class="pill quiet">${latency === undefined ? nothing : html`${Math.round(latency)} ms · `}${Math.round(figures.fps(performance.now()))} fps</span>`
          : nothing
      }
      ${
        boxes.kind === 'estimated' || boxes.kind === 'held'
          ? html`<span class="pill quiet" title="Dashed boxes were not computed from this very picture">${boxes.kind === 'held' ? 'older boxes' : 'estimated boxes'}</span>`
          : nothing
      }
    </header>
    <div class="toolbar" role="toolbar" aria-label="Picture">
      ${app.cameras.size > 1 ? tool('left', 'Previous camera', '←', () => app.step(-1)) : nothing}
      ${tool(camera.paused ? 'play' : 'pause', camera.paused ? 'Go on live' : 'Pause', 'Space', () => app.togglePause(camera))}
      ${tool('snapshot', 'Save a snapshot with its boxes', 'S', () => void saveSnapshot(app, camera))}
      ${tool('expand', 'Full screen', 'F', () => void toggleFullScreen())}
      ${app.cameras.size > 1 ? tool('right', 'Next camera', '→', () => app.step(1)) : nothing}
    </div>
  </section>`;
}

function tool(name: IconName, label: string, key: string, act: () => void): TemplateResult {
  return html`<button class="round" aria-label=${label} title="${label} (${key})" @click=${act}>${icon(name)}</button>`;
}
