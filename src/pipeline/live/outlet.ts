import type { CameraStatus } from '#core/camera.js';
import type { Unsubscribe } from '#core/camera-port.js';
import type { Observation } from '#core/observation.js';
import type { VideoPiece } from '#core/video.js';

/** What of a camera can be listened to. */
export interface Feeds {
  readonly observation: Observation;
  readonly video: VideoPiece;
  readonly picture: VideoPiece;
}

type Listeners = { readonly [K in keyof Feeds]: Set<(value: Feeds[K]) => void> };

/** Where a camera's listeners stand, and what is known of it now. */
export class Outlet {
  #status: CameraStatus;
  readonly #listeners: Listeners = { observation: new Set(), video: new Set(), picture: new Set() };
  readonly #changed: (status: CameraStatus) => void;
  /** Told whenever somebody begins or ends to listen. */
  onListeners: () => void = () => {};

  constructor(camera: string, source: string, changed: (status: CameraStatus) => void) {
    this.#changed = changed;
    const since = Date.now();
    this.#status = { camera, source, state: 'connecting', message: 'connecting', since, epoch: 0 };
  }

  get status(): CameraStatus {
    return this.#status;
  }

  /** Somebody listens to anything. */
  get watched(): boolean {
    return Object.values(this.#listeners).some((listeners) => listeners.size > 0);
  }

  listens(feed: keyof Feeds): boolean {
    return this.#listeners[feed].size > 0;
  }

  /** Replaces parts of the status and tells everybody; a key that is given as undefined goes away. */
  change(more: Partial<{ [K in keyof CameraStatus]: CameraStatus[K] | undefined }>): void {
    const since = more.state !== undefined && more.state !== this.#status.state ? Date.now() : this.#status.since;
    const entries = Object.entries({ ...this.#status, ...more, since }).filter(([, value]) => value !== undefined);
    this.#status = Object.fromEntries(entries) as unknown as CameraStatus;
    this.#changed(this.#status);
  }

  /** The newest frame's stamp; asked for with the status, not told to everybody each time. */
  stamp(newest: Pick<CameraStatus, 'seq' | 'pts' | 'capturedAt'>): void {
    this.#status = { ...this.#status, ...newest };
  }

  tell<K extends keyof Feeds>(feed: K, value: Feeds[K]): void {
    for (const listener of this.#listeners[feed]) listener(value);
  }

  listen<K extends keyof Feeds>(feed: K, listener: (value: Feeds[K]) => void): Unsubscribe {
    const own = (value: Feeds[K]) => listener(value);
    this.#listeners[feed].add(own);
    this.onListeners();
    return () => {
      if (this.#listeners[feed].delete(own)) this.onListeners();
    };
  }
}
