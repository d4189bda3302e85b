import { performance } from 'node:perf_hooks';
import type { CameraStatus } from '#core/camera.js';
import type { CameraPort, CameraRequest, Unsubscribe, WebcamSink } from '#core/camera-port.js';
import { LookoutError } from '#core/errors.js';
import type { Observation } from '#core/observation.js';
import type { VideoPiece } from '#core/video.js';
import { liveSourcesEnded } from '#media/live/children.js';
import { locate } from '#media/location.js';
import { createDetect } from '#vision/detect.js';
import { detectionFor } from '../tracked-detection.js';
import type { CameraPlan } from './camera-plan.js';
import { LiveCamera, type LiveShared } from './live-camera.js';
import { Outlet } from './outlet.js';
import { Webcam } from './webcam.js';

/** What a camera of any kind can do. */
interface Unit {
  readonly outlet: Outlet;
  onVideo(listener: (piece: VideoPiece) => void): Unsubscribe;
  picture(boxes: boolean): Promise<VideoPiece | undefined>;
  tick(nowMs: number): void;
  close(): void;
}

interface Origin {
  readonly origin: 'configuration' | 'page' | 'webcam';
  /** Of the configuration. */
  readonly plan?: CameraPlan;
  /** Of what came while the program ran. */
  readonly request?: CameraRequest;
}

interface Entry<U extends Unit = Unit> extends Origin {
  unit: U;
}

const TICK_MS = 2000;

/** All cameras, as the server sees them. */
export class LiveCameras implements CameraPort {
  #shared: LiveShared;
  readonly #addedPlan: (request: CameraRequest) => CameraPlan;
  readonly #cameras = new Map<string, Entry>();
  readonly #listeners = new Set<(camera: string, status: CameraStatus | undefined) => void>();
  readonly #ticking: NodeJS.Timeout;

  /** @param addedPlan what a camera that is added while the program runs is to do */
  constructor(shared: LiveShared, addedPlan: (request: CameraRequest) => CameraPlan) {
    this.#shared = shared;
    this.#addedPlan = addedPlan;
    this.#ticking = setInterval(() => {
      const now = performance.now();
      for (const { unit } of this.#cameras.values()) unit.tick(now);
    }, TICK_MS);
    this.#ticking.unref();
  }

  /**
   * Makes the configured cameras those of `plans`: new ones start, changed ones start anew, others are not touched. What was
   * added by the page stays.
   * @throws LookoutError kind `config` before anything is changed, e.g. for labels that the model does not have
   */
  configure(plans: readonly CameraPlan[]): { readonly started: string[]; readonly stopped: string[] } {
    const changed = plans.filter((plan) => !isSame(this.#cameras.get(plan.camera)?.plan, plan));
    for (const plan of changed) checkPlan(plan, this.#shared);
    const wanted = new Set(plans.map(({ camera }) => camera));
    const stopped = [...this.#cameras].filter(([name, { origin }]) => origin === 'configuration' && !wanted.has(name));
    for (const [name] of stopped) this.#take(name);
    for (const plan of changed) this.#start(plan, { origin: 'configuration', plan });
    return { started: changed.map(({ camera }) => camera), stopped: stopped.map(([name]) => name) };
  }

  /**
   * Goes over to another model or to other settings for all: every camera starts anew with a new epoch, viewers stay. `plans` as
   * for {@link configure}. The model before may be closed afterwards.
   * @throws LookoutError kind `config` before anything is changed
   */
  rebuild(shared: LiveShared, plans: readonly CameraPlan[]): void {
    const added = [...this.#cameras.values()].flatMap(({ request }) => (request ? [this.#addedPlan(request)] : []));
    for (const plan of [...plans, ...added]) checkPlan(plan, shared);
    this.#shared = shared;
    for (const [camera, { origin }] of this.#cameras) {
      if (origin === 'configuration' && !plans.some((plan) => plan.camera === camera)) this.#take(camera);
    }
    for (const plan of plans) this.#start(plan, { origin: 'configuration', plan });
    for (const entry of [...this.#cameras.values()]) {
      const { origin, request } = entry;
      if (request && origin === 'page') this.#start(this.#addedPlan(request), { origin, request });
      else if (request && origin === 'webcam') {
        entry.unit.close();
        entry.unit = new Webcam(this.#addedPlan(request), shared, entry.unit.outlet);
      }
    }
  }

  /** Ends all cameras; resolves when their children are gone. */
  async close(): Promise<void> {
    clearInterval(this.#ticking);
    for (const { unit } of this.#cameras.values()) unit.close();
    this.#cameras.clear();
    await liveSourcesEnded();
  }

  list(): readonly CameraStatus[] {
    return [...this.#cameras.values()].map(({ unit }) => unit.outlet.status);
  }

  status(camera: string): CameraStatus | undefined {
    return this.#cameras.get(camera)?.unit.outlet.status;
  }

  onStatus(listener: (camera: string, status: CameraStatus | undefined) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onObservation(camera: string, listener: (observation: Observation) => void): Unsubscribe {
    return this.#cameras.get(camera)?.unit.outlet.listen('observation', listener) ?? (() => {});
  }

  onVideo(camera: string, listener: (piece: VideoPiece) => void): Unsubscribe {
    return this.#cameras.get(camera)?.unit.onVideo(listener) ?? (() => {});
  }

  onPicture(camera: string, listener: (piece: VideoPiece) => void): Unsubscribe {
    return this.#cameras.get(camera)?.unit.outlet.listen('picture', listener) ?? (() => {});
  }

  async picture(camera: string, { boxes }: { readonly boxes: boolean }): Promise<VideoPiece | undefined> {
    return this.#cameras.get(camera)?.unit.picture(boxes);
  }

  async add(request: CameraRequest): Promise<CameraStatus> {
    this.#free(request.camera);
    const plan = this.#addedPlan(request);
    checkPlan(plan, this.#shared);
    this.#start(plan, { origin: 'page', request });
    return this.status(request.camera)!;
  }

  async remove(camera: string): Promise<boolean> {
    if (this.#cameras.get(camera)?.origin !== 'page') return false;
    this.#take(camera);
    return true;
  }

  openWebcam(camera: string): WebcamSink {
    this.#free(camera);
    const request = { camera, source: 'webcam' };
    const plan = this.#addedPlan(request);
    const unit = new Webcam(plan, this.#shared, this.#outlet(plan));
    const entry: Entry<Webcam> = { unit, origin: 'webcam', request };
    this.#cameras.set(camera, entry);
    this.#tell(camera, unit.outlet.status);
    return {
      push: (jpeg, pts) => entry.unit.push(jpeg, pts),
      close: () => {
        if (this.#cameras.get(camera) === entry) this.#take(camera);
      },
    };
  }

  /** Viewers stay where they are when a camera is replaced by one of its name. */
  #start(plan: CameraPlan, origin: Origin): void {
    const before = this.#cameras.get(plan.camera);
    before?.unit.close();
    const unit = new LiveCamera(plan, this.#shared, before?.unit.outlet ?? this.#outlet(plan));
    this.#cameras.set(plan.camera, { ...origin, unit });
    unit.start();
  }

  #outlet({ camera, source }: CameraPlan): Outlet {
    return new Outlet(camera, locate(source).name, (status) => this.#tell(camera, status));
  }

  #free(camera: string): void {
    if (this.#cameras.has(camera)) throw new LookoutError('config', `there is a camera ${camera} already`);
  }

  #take(camera: string): void {
    this.#cameras.get(camera)?.unit.close();
    this.#cameras.delete(camera);
    this.#tell(camera, undefined);
    this.#shared.telemetry.forget(camera);
  }

  #tell(camera: string, status: CameraStatus | undefined): void {
    for (const listener of this.#listeners) listener(camera, status);
  }
}

/** @throws LookoutError kind `config` for labels that the model does not have */
function checkPlan(plan: CameraPlan, { card }: LiveShared): void {
  createDetect(card, detectionFor(plan));
}

/** Plans are plain data. */
function isSame(a: CameraPlan | undefined, b: CameraPlan): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
