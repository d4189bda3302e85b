import { html, nothing, type TemplateResult } from 'lit-html';
import type { App } from '../app.js';
import { SHORTCUTS } from '../shortcuts.js';
import { capacityWords } from '../state/capacity.js';
import { addForm, webcamForm } from './forms.js';
import { icon } from './icons.js';

/** The dialog that is open, if any. */
export function dialogs(app: App): TemplateResult | typeof nothing {
  switch (app.dialog) {
    case 'help':
      return dialog(app, 'Help', help(app));
    case 'add':
      return dialog(app, 'Add a camera', addForm(app));
    case 'webcam':
      return dialog(app, "This browser's webcam", webcamForm(app));
    case undefined:
      return nothing;
  }
}

function dialog(app: App, title: string, content: TemplateResult): TemplateResult {
  return html`<dialog
    class="dialog"
    aria-labelledby="dialog-title"
    @close=${() => app.open(undefined)}
    @click=${(event: Event) => event.target === event.currentTarget && app.open(undefined)}
  >
    <header>
      <h2 id="dialog-title">${title}</h2>
      <button class="round" aria-label="Close" @click=${() => app.open(undefined)}>${icon('close')}</button>
    </header>
    ${content}
  </dialog>`;
}

/** Gives the focus back to where it was; to be called before the dialog is taken out of the page. */
export function closeDialog(): void {
  document.querySelector<HTMLDialogElement>('dialog[open]')?.close();
}

/** Opens the dialog that has just been drawn; it must be in the page before it can be. */
export function showDialog(): void {
  document.querySelector<HTMLDialogElement>('dialog:not([open])')?.showModal();
}

function help(app: App): TemplateResult {
  const { model, device, capacity, version } = app.about;
  const facts = [
    ['Model', model],
    ['Runs on', device?.ran],
    ['This machine carries', capacity && capacityWords(capacity)],
    ['Version', version],
  ].filter(([, value]) => typeof value === 'string' && value !== '');
  return html`<div class="help">
    <dl class="keys">
      ${SHORTCUTS.map(({ keys, does }) => html`<dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${does}</dd>`)}
    </dl>
    <h3>Boxes</h3>
    <p>A solid box was computed from the very picture that it is drawn on. A dashed one was not: it is older, or estimated between two analysed pictures.</p>
    ${facts.length > 0 ? html`<h3>Program</h3><dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>` : nothing}
  </div>`;
}
