import { html, nothing, type TemplateResult } from 'lit-html';
import type { TrainingRecord } from '#core/training-record.js';
import type { TrainingSummary } from '../api.js';
import type { App } from '../app.js';
import { duration } from '../state/words.js';
import { curvesOf } from '../training/curves.js';
import type { SeenRun } from '../training/trainings.js';
import { figure, progressWords, runWords } from '../training/words.js';
import { chart } from './chart.js';
import { icon } from './icons.js';
import { sample } from './sample.js';

/** The training run that is looked at. */
export function training(app: App): TemplateResult {
  const { seen, selected, list } = app.trainings;
  return html`<div class="training">
    <header class="run-head">
      <button class="round" aria-label="Back to the cameras" title="Back to the cameras (Esc)" @click=${() => app.openTraining(undefined)}>
        ${icon('left')}
      </button>
      <h1>${typeof seen === 'object' ? seen.record.name : (selected ?? '')}</h1>
      ${typeof seen === 'object' ? pill(seen) : nothing} ${list.length > 1 ? picker(app, list) : nothing}
    </header>
    ${seen === undefined ? html`<span class="spinner" role="status" aria-label="Loading"></span>` : nothing}
    ${seen === 'missing' ? missing(selected ?? '') : nothing} ${typeof seen === 'object' ? run(app, seen) : nothing}
  </div>`;
}

function pill({ record, silentMs }: SeenRun): TemplateResult {
  const { tone, title } = runWords(record, silentMs);
  return html`<span class="pill" data-tone=${tone}><span class="dot" aria-hidden="true"></span>${title}</span>`;
}

function picker(app: App, list: readonly TrainingSummary[]): TemplateResult {
  const changed = (event: Event) => app.openTraining((event.target as HTMLSelectElement).value);
  return html`<label class="picker">
    <span class="unseen">Run</span>
    <select @change=${changed}>
      ${list.map(({ run }) => html`<option value=${run} ?selected=${run === app.trainings.selected}>${run}</option>`)}
    </select>
  </label>`;
}

function missing(name: string): TemplateResult {
  return html`<p class="hint">There is no run called ${name}. Runs are looked for in the folders of <code>server.trainings</code>, or name one: <code>lookout watch --training runs/${name}</code></p>`;
}

function run(app: App, { run: name, record }: SeenRun): TemplateResult {
  const { architecture, parameters, labels, train_pictures, validation_pictures, device, threshold, pictures } = record;
  const curves = curvesOf(record);
  return html`
    <p class="run-sub">
      ${architecture}, ${(parameters / 1e6).toFixed(2)} M parameters on ${device}. ${train_pictures} pictures to learn from,
      ${validation_pictures} held out. Classes: ${labels.join(', ')}.
    </p>
    ${progress(record)} ${tiles(record)}
    ${
      curves.length === 0
        ? html`<p class="hint">Curves begin with the end of the first epoch.</p>`
        : html`<section class="charts" aria-label="Curves">${curves.map((each) => chart(each, app.redraw))}</section>`
    }
    ${
      pictures.length === 0
        ? nothing
        : html`<section aria-label="Held-out pictures">
            <h2>What it finds now</h2>
            <p class="hint">
              Pictures that it does not learn from. Full boxes were found${threshold === undefined ? '' : ` with a score of at least ${Math.round(threshold * 100)}%`}, dashed white ones are
              what is there.
            </p>
            <div class="samples">${pictures.map((picture) => sample(name, picture, record))}</div>
          </section>`
    }
  `;
}

function progress(record: TrainingRecord): TemplateResult {
  const { where, rest } = progressWords(record);
  const value = record.state === 'finished' ? 1 : (record.now?.progress ?? 0);
  return html`<div class="progress">
    <p><span>${where}</span><b>${rest}</b></p>
    <progress max="1" .value=${Math.min(1, value)} aria-label="Progress of the run"></progress>
  </div>`;
}

function tiles(record: TrainingRecord): TemplateResult {
  const { best, now, history, rollbacks, state } = record;
  const last = history.at(-1);
  const spent = last === undefined ? undefined : duration(last.trained_seconds * 1000);
  const isOn = state === 'training' && now !== undefined;
  const facts: (readonly [string, string, string] | undefined)[] = [
    best && ['AP50', figure(best.AP50), `best, epoch ${best.epoch + 1}`],
    best && ['AP', figure(best.AP), 'as COCO defines it'],
    now && ['Loss', figure(now.losses.total), 'this epoch so far'],
    now && ['Learning rate', figure(now.rate), `input ${now.size} px`],
    isOn
      ? ['Pictures', `${figure(now.pictures_per_second)}/s`, `${(100 * now.wait_share).toFixed(1)} % waiting`]
      : undefined,
    isOn ? ['Memory', `${(now.memory_mb / 1000).toFixed(2)} GB`, 'of the process'] : undefined,
    spent === undefined ? undefined : ['Trained', spent, `${history.length} epochs`],
    rollbacks > 0 ? ['Taken back', String(rollbacks), 'to the last good state'] : undefined,
  ];
  return html`<dl class="tiles">
    ${facts.map((fact) => fact && html`<div><dt>${fact[0]}</dt><dd>${fact[1]}</dd><dd class="small">${fact[2]}</dd></div>`)}
  </dl>`;
}
