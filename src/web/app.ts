import type { CameraRecord, Role, ServerMessage } from '#core/message.js';
import type { VideoPiece } from '#core/video.js';
import { type About, about } from './api.js';
import { Camera } from './camera.js';
import type { Look } from './drawing/overlay.js';
import { Link, type LinkState } from './link/link.js';
import type { Settings } from './state/settings.js';
import { loadSettings, storeSettings } from './state/settings-store.js';
import { readQuery, type UrlState, writeQuery } from './state/url-state.js';
import { type StateWords, stateWords } from './state/words.js';
import { Trainings } from './training/trainings.js';
import { Webcam } from './webcam.js';

export type Dialog = 'help' | 'add' | 'webcam';

/** A page that nobody sees stops its videos after this long, ms. */
const HIDDEN_MS = 15_000;

/** Everything that the page knows and can do. Whatever changes calls `redraw`, and the views are drawn anew. */
export class App {
  readonly cameras = new Map<string, Camera>();
  readonly link: Link;
  readonly webcam: Webcam;
  readonly trainings: Trainings;
  settings: Settings;
  /** Name of the enlarged camera. */
  selected: string | undefined;
  dialog: Dialog | undefined;
  panelOpen = matchMedia('(min-width: 1100px)').matches;
  role: Role = 'viewer';
  about: About = {};
  greeted = false;
  /** A sentence about what just happened. */
  notice: { readonly text: string; readonly tone: 'good' | 'bad' } | undefined;
  #noticeTimer: number | undefined;
  #hiddenTimer: number | undefined;
  #inView = new Set<string>();
  #asleep = false;

  /** @param redraw draws the views anew, soon */
  constructor(readonly redraw: () => void) {
    const url = readQuery(location.search);
    this.settings = { ...loadSettings(), ...settingsOf(url) };
    this.selected = url.camera;
    this.trainings = new Trainings(() => this.redraw());
    this.trainings.select(url.training);
    const address = new URL('/api/v1/ws', location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    this.link = new Link(address.href, {
      state: (state) => this.#linked(state),
      message: (message) => this.#message(message),
      piece: (piece) => this.#piece(piece),
    });
    this.webcam = new Webcam(this.link, () => this.redraw());
    addEventListener('popstate', () => this.#navigated());
    document.addEventListener('visibilitychange', () => this.#visibility());
    this.link.connect();
  }

  get camera(): Camera | undefined {
    return this.selected === undefined ? undefined : this.cameras.get(this.selected);
  }

  words(camera: Camera): StateWords {
    return stateWords(camera.record, {
      now: performance.now(),
      receivedAt: camera.receivedAt,
      connected: this.link.state.kind === 'open',
      watchedSince: camera.watchedSince,
      paused: camera.paused,
      lastPaintedAt: camera.figures.lastPaintedAt,
    });
  }

  change(change: Partial<Settings>): void {
    this.settings = { ...this.settings, ...change };
    storeSettings(this.settings);
    this.#applySettings();
    history.replaceState(null, '', this.#address());
    this.redraw();
  }

  /** Enlarges a camera, or shows all. */
  select(name: string | undefined): void {
    if (name === this.selected) return;
    const deeper = this.selected === undefined;
    this.selected = name;
    this.trainings.select(undefined);
    if (deeper || name === undefined) history.pushState(null, '', this.#address());
    else history.replaceState(null, '', this.#address());
    this.want();
    this.redraw();
  }

  /** Shows a training run, or the cameras again. */
  openTraining(run: string | undefined): void {
    if (run === this.trainings.selected) return;
    this.selected = undefined;
    this.trainings.select(run);
    history.pushState(null, '', this.#address());
    this.want();
    this.redraw();
  }

  /** The next or the previous camera. */
  step(by: 1 | -1): void {
    const names = [...this.cameras.keys()];
    const at = names.indexOf(this.selected ?? '');
    if (at >= 0) this.select(names[(at + by + names.length) % names.length]);
  }

  open(dialog: Dialog | undefined): void {
    this.dialog = dialog;
    if (dialog === 'help') void this.askAbout();
    this.redraw();
  }

  togglePanel(open = !this.panelOpen): void {
    this.panelOpen = open;
    this.redraw();
  }

  togglePause(camera: Camera): void {
    camera.pause(!camera.paused);
    this.redraw();
  }

  say(text: string, tone: 'good' | 'bad' = 'good'): void {
    this.notice = { text, tone };
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => {
      this.notice = undefined;
      this.redraw();
    }, 5000);
    this.redraw();
  }

  /** A tile came into view or left it. */
  seen(name: string, inView: boolean): void {
    if (inView) this.#inView.add(name);
    else this.#inView.delete(name);
    this.want();
  }

  /** Asks for the videos that somebody looks at, and for no others. */
  want(): void {
    for (const [name, camera] of this.cameras) {
      const isSmall = this.selected === undefined && this.trainings.selected === undefined;
      const looked = isSmall ? this.#inView.has(name) : name === this.selected;
      camera.screen.full = name === this.selected;
      camera.want(looked && !this.#asleep);
    }
  }

  look(): Omit<Look, 'ratio'> {
    const { threshold, hidden, marks } = this.settings;
    return { filter: { threshold, hidden: new Set(hidden) }, marks };
  }

  #applySettings(): void {
    const look = this.look();
    for (const camera of this.cameras.values()) {
      camera.screen.look = look;
      camera.pace.choice = this.settings.pace;
    }
  }

  #message(message: ServerMessage): void {
    if (message.type === 'observation') this.cameras.get(message.camera ?? '')?.observed(message);
    else if (message.type === 'camera') this.#camera(message, message.removed === true);
    else if (message.type === 'hello') this.#greeted(message);
    else if (message.type === 'error') this.#error(message);
  }

  #greeted({ cameras, role }: Extract<ServerMessage, { type: 'hello' }>): void {
    const names = new Set(cameras.map(({ camera }) => camera));
    for (const [name, camera] of this.cameras) {
      if (!names.has(name)) this.#remove(name);
      else camera.forget();
    }
    for (const record of cameras) this.#camera(record, false);
    this.role = role;
    this.greeted = true;
    this.trainings.start();
    void this.askAbout();
  }

  /** What the program says of itself; what the machine carries is known only after a while. */
  async askAbout(): Promise<void> {
    this.about = await about();
    this.redraw();
  }

  #camera(record: CameraRecord, removed: boolean): void {
    const known = this.cameras.get(record.camera);
    if (removed) this.#remove(record.camera);
    else if (known) known.update(record);
    else this.#add(record);
    this.redraw();
  }

  #add(record: CameraRecord): void {
    const camera = new Camera(record, {
      look: this.look(),
      send: (message) => this.link.send(message),
      serverTime: () => this.link.clock.time(performance.now()),
    });
    camera.pace.choice = this.settings.pace;
    this.cameras.set(record.camera, camera);
    this.want();
  }

  #remove(name: string): void {
    this.cameras.get(name)?.close();
    this.cameras.delete(name);
    this.#inView.delete(name);
    if (this.selected === name) this.select(undefined);
  }

  #error(message: Extract<ServerMessage, { type: 'error' }>): void {
    const camera = this.cameras.get(message.camera ?? '');
    if (message.code === 'dropped' && message.dropped) {
      if (camera) camera.figures.dropped += message.dropped.observations + message.dropped.video;
    } else this.say(message.message, 'bad');
    this.webcam.refused(message);
  }

  #piece(piece: VideoPiece): void {
    this.cameras.get(piece.camera)?.piece(piece);
  }

  #linked(state: LinkState): void {
    if (state.kind === 'open') {
      this.webcam.reconnected();
      this.want();
    }
    this.redraw();
  }

  #navigated(): void {
    const url = readQuery(location.search);
    this.selected = url.camera;
    this.trainings.select(url.training);
    this.settings = { ...this.settings, threshold: 0, hidden: [], ...settingsOf(url) };
    this.#applySettings();
    this.want();
    this.redraw();
  }

  #visibility(): void {
    clearTimeout(this.#hiddenTimer);
    if (document.hidden) {
      this.#hiddenTimer = setTimeout(() => this.#sleep(true), HIDDEN_MS);
    } else this.#sleep(false);
  }

  #sleep(asleep: boolean): void {
    this.#asleep = asleep;
    this.want();
  }

  #address(): string {
    return `${location.pathname}${writeQuery({ camera: this.selected, training: this.trainings.selected }, this.settings)}`;
  }
}

function settingsOf({ threshold, hidden }: UrlState): Partial<Settings> {
  return { ...(threshold !== undefined && { threshold }), ...(hidden !== undefined && { hidden }) };
}
