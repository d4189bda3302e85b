import { performance } from 'node:perf_hooks';
import type { CameraStatus } from '#core/camera.js';
import type { CameraPort, CameraRequest, Unsubscribe, WebcamSink } from '#core/camera-port.js';
import { LookoutError } from '#core/errors.js';
import type { Observation } from '#core/observation.js';
import type { VideoPiece } from '#core/video.js';
import { liveSourcesEnded } from '#media/live/children.js';
import { locate } from '#media/location.js';
import { createDetect } from '#vision/detect.js';
import { detectionFor } from './camera-analysis.js';
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

interface Entry {
  readonly unit: Unit;
  /** Absent for what came while the program ran. */
  readonly plan?: CameraPlan;
  readonly origin: 'configuration' | 'page' | 'webcam';
}

const TICK_MS = 2000;

/** All cameras, as the server sees them. */
export class LiveCameras implements CameraPort {
  readonly #shared: LiveShared;
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
    for (const plan of changed) this.#check(plan);
    const wanted = new Set(plans.map(({ camera }) => camera));
    const stopped = [...this.#cameras].filter(([name, { origin }]) => origin === 'configuration' && !wanted.has(name));
    for (const [name] of stopped) this.#take(name);
    for (const plan of changed) this.#start(plan, 'configuration');
    return { started: changed.map(({ camera }) => camera), stopped: stopped.map(([name]) => name) };
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
    this.#check(plan);
    this.#start(plan, 'page');
    return this.status(request.camera)!;
  }

  async remove(camera: string): Promise<boolean> {
    if (this.#cameras.get(camera)?.origin !== 'page') return false;
    this.#take(camera);
    return true;
  }

  openWebcam(camera: string): WebcamSink {
    this.#free(camera);
    const plan = this.#addedPlan({ camera, source: 'webcam' });
    const unit = new Webcam(plan, this.#shared, this.#outlet(plan));
    this.#cameras.set(camera, { unit, origin: 'webcam' });
    this.#tell(camera, unit.outlet.status);
    return {
      push: (jpeg, pts) => unit.push(jpeg, pts),
      close: () => {
        if (this.#cameras.get(camera)?.unit === unit) this.#take(camera);
      },
    };
  }

  /** Viewers stay where they are when a camera is replaced by one of its name. */
  #start(plan: CameraPlan, origin: Entry['origin']): void {
    const before = this.#cameras.get(plan.camera);
    before?.unit.close();
    const unit = new LiveCamera(plan, this.#shared, before?.unit.outlet ?? this.#outlet(plan));
    this.#cameras.set(plan.camera, { unit, origin, ...(origin === 'configuration' && { plan }) });
    unit.start();
  }

  #outlet({ camera, source }: CameraPlan): Outlet {
    return new Outlet(camera, locate(source).name, (status) => this.#tell(camera, status));
  }

  /** @throws LookoutError kind `config` for labels that the model does not have */
  #check(plan: CameraPlan): void {
    createDetect(this.#shared.card, detectionFor(plan));
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

/** Plans are plain data. */
function isSame(a: CameraPlan | undefined, b: CameraPlan): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
