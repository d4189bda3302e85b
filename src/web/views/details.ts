import { html, nothing, type TemplateResult } from 'lit-html';
import { removeCamera } from '../api.js';
import type { App } from '../app.js';
import type { Camera } from '../camera.js';
import { duration } from '../state/words.js';
import { icon } from './icons.js';

const PACE_WORDS = { exact: 'exact', smooth: 'smooth', fast: 'lowest delay' } as const;

/** The figures of one camera. */
export function details(app: App, camera: Camera): TemplateResult {
  return html`<section>
    <h3>Camera</h3>
    <dl class="facts">
      ${facts(app, camera).map(([name, value, title]) => html`<dt>${name}</dt><dd title=${title ?? nothing}>${value}</dd>`)}
    </dl>
    ${
      app.role === 'admin'
        ? html`<button class="text danger" @click=${() => void remove(app, camera)}>${icon('trash')}Remove camera</button>`
        : nothing
    }
  </section>`;
}

type Fact = readonly [name: string, value: string, explanation?: string];

function facts(app: App, { record, figures, pace, transport }: Camera): Fact[] {
  const now = performance.now();
  const { frame, fps, analysis_fps, source, epoch, since, analysis, decoder } = record;
  const serverTime = app.link.clock.time(now);
  const latency = figures.latencyMs;
  const roundTrip = app.link.clock.roundTripMs;
  const rows: (Fact | undefined)[] = [
    ['Source', source],
    frame && ['Picture', `${frame.width} × ${frame.height}`],
    analysis && ['Analysed stream', analysis.source, analysis.message],
    analysis?.frame && ['Its picture', `${analysis.frame.width} × ${analysis.frame.height}`],
    decoder && ['Decoder', decoder.ran, decoder.reason ?? 'Seen to decode this codec'],
    ['Arrives', fps === undefined ? '–' : `${round(fps)} fps`, 'Pictures per second from the camera'],
    ['Analysed', analysis_fps === undefined ? '–' : `${round(analysis_fps)} fps`],
    ['Shown', `${round(figures.fps(now))} fps, ${transport === 'fmp4' ? 'untouched H.264' : 'JPEG'}`],
    latency === undefined
      ? undefined
      : ['Delay', `${Math.round(latency)} ms`, 'From the arrival at the server to this screen'],
    transport === 'fmp4'
      ? [
          'Held back',
          `${Math.round(pace.heldBackMs)} ms (${PACE_WORDS[pace.pace]})`,
          'So that boxes are there in time for their picture',
        ]
      : undefined,
    roundTrip === undefined
      ? undefined
      : ['Network', `${roundTrip.toFixed(roundTrip < 10 ? 1 : 0)} ms`, 'To the server and back'],
    ['Not shown', String(figures.skipped), 'Pictures that were not analysed, or overtaken'],
    ['Lost', String(figures.dropped), 'Messages that the server left out because this connection is too slow'],
    serverTime === undefined
      ? undefined
      : ['Connection', `no. ${epoch}, ${record.state} for ${duration(serverTime - since)}`],
  ];
  return rows.filter((row) => row !== undefined);
}

async function remove(app: App, { name }: Camera): Promise<void> {
  if (!confirm(`Remove the camera ${name}?`)) return;
  const problem = await removeCamera(name);
  app.say(problem ?? `${name} was removed`, problem === undefined ? 'good' : 'bad');
}

function round(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}
