import { html, nothing, type TemplateResult } from 'lit-html';
import { logOut } from '../api.js';
import type { App } from '../app.js';
import type { Theme } from '../state/settings.js';
import { duration } from '../state/words.js';
import { percentOf } from '../training/words.js';
import { dialogs } from './dialogs.js';
import { empty } from './empty.js';
import { grid } from './grid.js';
import { type IconName, icon, logo } from './icons.js';
import { panel } from './panel.js';
import { stage } from './stage.js';
import { training } from './training.js';

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { auto: 'dark', dark: 'light', light: 'auto' };

/** The whole page. */
export function page(app: App): TemplateResult {
  const { camera } = app;
  const isTraining = app.trainings.selected !== undefined;
  const hasPanel = app.panelOpen && app.cameras.size > 0 && !isTraining;
  return html`
    <a class="skip" href="#main">Skip to the cameras</a>
    ${header(app)} ${banner(app)}
    <div class="body" ?data-panel=${hasPanel}>
      <main id="main" tabindex="-1">
        ${isTraining ? training(app) : camera ? stage(app, camera) : app.cameras.size > 0 ? grid(app) : empty(app)}
      </main>
      ${hasPanel ? panel(app) : nothing}
    </div>
    ${dialogs(app)}
    <div class="notices" role="status">
      ${app.notice ? html`<p class="notice" data-tone=${app.notice.tone}>${app.notice.text}</p>` : nothing}
    </div>
  `;
}

function header(app: App): TemplateResult {
  const { theme } = app.settings;
  return html`<header class="bar">
    <a class="brand" href="/" @click=${(event: Event) => home(app, event)}>${logo()}<span>lookout</span></a>
    <p class="sum">${sum(app)}</p>
    <nav aria-label="Page">
      ${
        app.webcam.state.kind === 'on'
          ? html`<button class="chip-button" @click=${() => app.open('webcam')}><span class="dot on" aria-hidden="true"></span>Webcam on</button>`
          : nothing
      }
      ${app.role === 'admin' && app.cameras.size > 0 ? action('webcam', 'Webcam', () => app.open('webcam')) : nothing}
      ${app.role === 'admin' && app.cameras.size > 0 ? action('plus', 'Add camera', () => app.open('add')) : nothing}
      ${trainingAction(app)}
      ${
        app.cameras.size > 0 && app.trainings.selected === undefined
          ? html`<button class="action" aria-expanded=${app.panelOpen} aria-controls="panel" title="Filter and display (P)" @click=${() => app.togglePanel()}>
              ${icon('sliders')}<span>Filter</span>
            </button>`
          : nothing
      }
      <button class="action plain" aria-label="Theme: ${theme}" title="Theme: ${theme}" @click=${() => app.change({ theme: NEXT_THEME[theme] })}>
        ${icon(theme)}
      </button>
      <button class="action plain" aria-label="Help" title="Help (?)" @click=${() => app.open('help')}>${icon('help')}</button>
      ${
        app.about.login === true
          ? html`<button class="action plain" aria-label="Log out" title="Log out" @click=${() => void logOut()}>${icon('leave')}</button>`
          : nothing
      }
    </nav>
  </header>`;
}

/** The way to the training runs: to the one that spoke last. */
function trainingAction(app: App): TemplateResult | typeof nothing {
  const { list, selected } = app.trainings;
  const newest = list[0];
  if (newest === undefined) return nothing;
  const isOn = newest.state === 'training' && newest.progress !== undefined;
  const text = isOn ? `Training ${percentOf(newest.progress!)}%` : 'Training';
  const toggle = () => app.openTraining(selected === undefined ? newest.run : undefined);
  return html`<button class="action" aria-pressed=${selected !== undefined} title="Training runs (T)" @click=${toggle}>
    ${icon('curve')}<span>${text}</span>
  </button>`;
}

function action(name: IconName, text: string, act: () => void): TemplateResult {
  return html`<button class="action" title=${text} @click=${act}>${icon(name)}<span>${text}</span></button>`;
}

function home(app: App, event: Event): void {
  event.preventDefault();
  app.openTraining(undefined);
  app.select(undefined);
}

/** `3 cameras, 2 live`. */
function sum(app: App): string {
  const { size } = app.cameras;
  if (size === 0 || app.link.state.kind !== 'open') return '';
  const states = [...app.cameras.values()].map(({ record }) => record.state);
  const live = states.filter((state) => state === 'live').length;
  const troubled = states.filter((state) => state === 'failed' || state === 'reconnecting').length;
  const all = `${size} ${size === 1 ? 'camera' : 'cameras'}`;
  return [all, `${live} live`, ...(troubled > 0 ? [`${troubled} in trouble`] : [])].join(' · ');
}

/** Says that nothing on the page is of now. */
function banner(app: App): TemplateResult | typeof nothing {
  const { state } = app.link;
  if (state.kind !== 'lost') return nothing;
  const now = performance.now();
  const wait = Math.ceil((state.retryAt - now) / 1000);
  return html`<div class="banner">
    ${icon('offline')}
    <p role="alert"><b>No connection to lookout.</b> What you see is old.</p>
    <span class="wait">${duration(now - state.since)}; ${wait > 0 ? `next try in ${wait} s` : 'trying now'}</span>
    <button class="text" @click=${() => app.link.retryNow()}>Try now</button>
  </div>`;
}
