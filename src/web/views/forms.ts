import { html, nothing, type TemplateResult } from 'lit-html';
import { addCamera } from '../api.js';
import type { App } from '../app.js';
import { webcamObstacle } from '../webcam.js';

/** What goes wrong while a form is sent; shown in it. */
const problems = { add: undefined as string | undefined };

/** Name and source of a new camera. */
export function addForm(app: App): TemplateResult {
  if (app.role !== 'admin') return html`<p class="hint">Only admins may add cameras.</p>`;
  return html`<form class="form" @submit=${(event: SubmitEvent) => void submit(app, event)}>
    <label>
      <span>Name</span>
      <input name="camera" required maxlength="100" pattern="[^*\\/\\\\]+" placeholder="gate" autocomplete="off" spellcheck="false" />
    </label>
    <label>
      <span>Address</span>
      <input
        name="source"
        required
        maxlength="2000"
        placeholder="rtsp://user:password@192.168.1.20/stream1"
        autocomplete="off"
        spellcheck="false"
        autocapitalize="off"
        inputmode="url"
      />
    </label>
    <p class="hint">
      RTSP, HLS or MJPEG, or a file in a directory that the configuration opens. Passwords never reach logs or other viewers. The
      camera stays until the program ends; the configuration keeps it for good.
    </p>
    ${problems.add === undefined ? nothing : html`<p class="problem" role="alert">${problems.add}</p>`}
    <button class="primary">Add camera</button>
  </form>`;
}

async function submit(app: App, event: SubmitEvent): Promise<void> {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const data = new FormData(form);
  const name = String(data.get('camera')).trim();
  const button = form.querySelector('button')!;
  button.disabled = true;
  problems.add = await addCamera(name, String(data.get('source')).trim());
  button.disabled = false;
  if (problems.add === undefined) {
    form.reset();
    app.open(undefined);
    app.say(`${name} was added`);
  } else app.open(app.dialog);
}

/** Starts and stops the webcam, or says why it cannot be had. */
export function webcamForm(app: App): TemplateResult {
  const obstacle = webcamObstacle();
  if (app.role !== 'admin') return html`<p class="hint">Only admins may send a webcam.</p>`;
  if (obstacle === 'missing') return html`<p class="hint">This browser offers no webcam.</p>`;
  if (obstacle === 'insecure') return insecure();
  const { state } = app.webcam;
  if (state.kind === 'on') {
    return html`<div class="form">
      <p>The webcam is shown as <b>${state.camera}</b>. Its pictures go to the lookout server and nowhere else.</p>
      <button class="primary" @click=${() => app.webcam.stop()}>Stop the webcam</button>
    </div>`;
  }
  const start = (event: SubmitEvent) => {
    event.preventDefault();
    const name = String(new FormData(event.target as HTMLFormElement).get('camera')).trim();
    void app.webcam.start(name).then(() => app.webcam.state.kind === 'on' && app.open(undefined));
  };
  return html`<form class="form" @submit=${start}>
    <label>
      <span>Name</span>
      <input name="camera" required maxlength="100" pattern="[^*\\/\\\\]+" value="webcam" autocomplete="off" />
    </label>
    <p class="hint">Pictures are sent to the lookout server while this page is open, without sound.</p>
    ${state.kind === 'refused' ? html`<p class="problem" role="alert">${state.reason}</p>` : nothing}
    <button class="primary" ?disabled=${state.kind === 'asking'}>${state.kind === 'asking' ? 'Asking the browser…' : 'Start the webcam'}</button>
  </form>`;
}

function insecure(): TemplateResult {
  const local = `http://localhost:${location.port || '80'}/`;
  return html`<div class="form">
    <p>
      Browsers give the webcam only to pages that nobody can have changed on their way: <code>https://</code>, or
      <code>http://localhost</code>. This page came from <code>${location.origin}</code>.
    </p>
    <ul class="hint">
      <li>On the machine that runs lookout, open <code>${local}</code>.</li>
      <li>From elsewhere, set a certificate and key for the server in the configuration, and open it with <code>https://</code>.</li>
    </ul>
  </div>`;
}
