import { html, nothing, type TemplateResult } from 'lit-html';
import { addCamera } from '../api.js';
import type { App } from '../app.js';
import { webcamObstacle } from '../webcam.js';
import { addForm } from './forms.js';
import { icon, logo } from './icons.js';

/** A page without cameras: how to get one. */
export function empty(app: App): TemplateResult {
  if (!app.greeted)
    return html`<div class="empty"><span class="spinner" role="status" aria-label="Connecting"></span></div>`;
  if (app.role !== 'admin') {
    return html`<div class="empty"><div class="hero">${logo()}<h1>No cameras yet</h1><p>An admin can add one.</p></div></div>`;
  }
  return html`<div class="empty">
    <div class="hero">
      ${logo()}
      <h1>Nothing to watch yet</h1>
      <p>Point lookout at a camera and see what it sees, on the very frame it was seen.</p>
    </div>
    <div class="ways">
      <section class="way">
        <h2>${icon('cable')}Add a camera</h2>
        ${addForm(app)}
      </section>
      <section class="way">
        <h2>${icon('webcam')}Use this webcam</h2>
        <p>${webcamObstacle() === 'insecure' ? 'Needs https:// or localhost; see how.' : 'No camera at hand? The one in this device will do.'}</p>
        <button class="secondary" @click=${() => app.open('webcam')}>${webcamObstacle() ? 'How to' : 'Start the webcam'}</button>
        ${app.about.demo === undefined ? nothing : demo(app, app.about.demo)}
        <h2>${icon('clapper')}From the command line</h2>
        <pre><code>lookout watch rtsp://camera/stream
lookout watch street.mp4
lookout watch    # the demo street</code></pre>
      </section>
    </div>
  </div>`;
}

function demo(app: App, source: string): TemplateResult {
  const start = async () => {
    const problem = await addCamera('demo', source);
    if (problem !== undefined) app.say(problem, 'bad');
  };
  return html`<h2>${icon('play')}Try the demo</h2>
    <p>A rendered street with everything that the model knows.</p>
    <button class="secondary" @click=${() => void start()}>Start the demo</button>`;
}
