import type { CameraStatus, FaultCause } from '#core/camera.js';
import type { CameraPort, CameraRequest, Unsubscribe, WebcamSink } from '#core/camera-port.js';
import { LookoutError } from '#core/errors.js';
import type { Observation } from '#core/observation.js';
import { toRecord } from '#core/record.js';
import type { VideoPiece } from '#core/video.js';
import { H264Remuxer } from '#media/h264/remuxer.js';
import type { Clip } from './clip.js';

export interface FakeCameraOptions {
  readonly clip: Clip;
  /** Picture for viewers; default `fmp4`. */
  readonly video?: 'fmp4' | 'jpeg';
  /** From a frame's arrival to its observation, ms; default 30. Observations come in order, as from a real pipeline. */
  readonly delayMs?: (index: number) => number;
  /** Whether a frame is analysed; default: every one. */
  readonly analysed?: (index: number) => boolean;
}

class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  add(listener: (value: T) => void): Unsubscribe {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(value: T): void {
    for (const listener of this.#all) listener(value);
  }
}

/** One camera that plays a clip without end, in real time. */
class FakeCamera {
  readonly observations = new Listeners<Observation>();
  readonly videos = new Listeners<VideoPiece>();
  readonly pictures = new Listeners<VideoPiece>();
  status: CameraStatus;
  init: VideoPiece | undefined;
  latest: VideoPiece | undefined;
  #remuxer = new H264Remuxer();
  #timers = new Set<NodeJS.Timeout>();
  #startedAt = 0;
  #seq = 0;
  #base = 0;
  #lastReady = 0;

  constructor(
    readonly name: string,
    readonly options: FakeCameraOptions,
    private readonly changed: (camera: FakeCamera) => void,
  ) {
    const source = `rtsp://***@10.0.0.9/${name}`;
    const message = 'connecting';
    this.status = { camera: name, source, state: 'connecting', message, since: Date.now(), epoch: 0 };
  }

  change(more: Partial<CameraStatus>): void {
    const since = more.state === undefined ? this.status.since : Date.now();
    this.status = { ...this.status, since, ...more };
    this.changed(this);
  }

  /** A new connection: another epoch, another clock. */
  connect(): void {
    this.stop();
    this.#remuxer = new H264Remuxer();
    this.#startedAt = performance.now();
    this.#base = 1000.25 + 777 * this.status.epoch;
    this.#seq = 0;
    this.#lastReady = 0;
    this.init = undefined;
    const { clip, video = 'fmp4' } = this.options;
    const mime = video === 'jpeg' ? 'image/jpeg' : this.#mime();
    const rates = { fps: clip.fps, analysisFps: this.options.analysed === undefined ? clip.fps : undefined };
    const { cause: _, retryInMs: _retry, ...status } = this.status;
    this.status = status;
    this.change({
      ...{ state: 'live', message: 'live', epoch: this.status.epoch + 1, video: { kind: video, mime }, attempts: 0 },
      ...{ size: clip.size, ...rates },
    });
    this.#next();
  }

  fail(cause: FaultCause, message: string, retryInMs?: number): void {
    this.stop();
    this.change({ state: retryInMs === undefined ? 'failed' : 'reconnecting', cause, message, retryInMs, attempts: 1 });
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #mime(): string {
    const [first] = this.options.clip.packets;
    return new H264Remuxer().push({ ...first!, pts: 0 })[0]!.mime!;
  }

  #later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    this.#timers.add(timer);
  }

  #next(): void {
    const { clip } = this.options;
    const dueMs = this.#startedAt + (this.#seq * 1000) / clip.fps - performance.now();
    this.#later(Math.max(0, dueMs), () => {
      this.#frame(this.#seq);
      this.#seq += 1;
      this.#next();
    });
  }

  #frame(seq: number): void {
    const { clip, analysed = () => true, delayMs = () => 30, video = 'fmp4' } = this.options;
    const index = seq % clip.packets.length;
    const pts = Math.round((this.#base + seq / clip.fps) * 1e6) / 1e6;
    const { epoch } = this.status;
    const stamp = { camera: this.name, epoch, seq, pts, capturedAt: Date.now() };
    this.status = { ...this.status, seq, pts, capturedAt: stamp.capturedAt };
    if (video === 'fmp4') this.#film({ ...clip.packets[index]!, pts }, stamp);
    if (!analysed(seq)) return;
    const detections = clip.detectionsOf(index);
    const observation = { stamp: { ...stamp, source: this.status.source, size: clip.size }, detections };
    const ready = Math.max(this.#lastReady, performance.now() + delayMs(seq));
    this.#lastReady = ready;
    this.#later(ready - performance.now(), () => {
      this.observations.tell(observation);
      this.latest = {
        ...{ ...stamp, kind: 'jpeg', mediaTime: pts, keyframe: true, data: clip.pictures[index]! },
        metadata: { observation: toRecord(observation) },
      };
      this.pictures.tell(this.latest);
    });
  }

  #film(
    packet: { data: Uint8Array; pts: number; keyframe: boolean },
    stamp: Pick<VideoPiece, 'camera' | 'epoch' | 'seq' | 'capturedAt'>,
  ): void {
    for (const { kind, data, keyframe, pts, mediaTime, mime } of this.#remuxer.push(packet)) {
      const piece: VideoPiece = { ...stamp, kind, data, keyframe, pts, mediaTime, ...(mime && { metadata: { mime } }) };
      if (kind === 'init') this.init = piece;
      this.videos.tell(piece);
    }
  }
}

/** A live pipeline without cameras: clips that play in real time, with observations that are exactly right. */
export class FakeCameras implements CameraPort {
  readonly #cameras = new Map<string, FakeCamera>();
  readonly #status = new Set<(camera: string, status: CameraStatus | undefined) => void>();

  constructor(cameras: Readonly<Record<string, FakeCameraOptions>>) {
    for (const [name, options] of Object.entries(cameras)) this.open(name, options);
  }

  open(name: string, options: FakeCameraOptions): void {
    const camera = new FakeCamera(name, options, ({ status }) => this.#tell(name, status));
    this.#cameras.set(name, camera);
    this.#tell(name, camera.status);
    camera.connect();
  }

  /** What a test does to a camera. */
  camera(name: string): Pick<FakeCamera, 'connect' | 'fail' | 'change' | 'stop'> {
    return this.#get(name);
  }

  close(): void {
    for (const camera of this.#cameras.values()) camera.stop();
  }

  list(): CameraStatus[] {
    return [...this.#cameras.values()].map(({ status }) => status);
  }

  status(name: string): CameraStatus | undefined {
    return this.#cameras.get(name)?.status;
  }

  onStatus(listener: (camera: string, status: CameraStatus | undefined) => void): Unsubscribe {
    this.#status.add(listener);
    return () => this.#status.delete(listener);
  }

  onObservation(name: string, listener: (observation: Observation) => void): Unsubscribe {
    return this.#get(name).observations.add(listener);
  }

  onVideo(name: string, listener: (piece: VideoPiece) => void): Unsubscribe {
    const camera = this.#get(name);
    if (camera.init !== undefined) listener(camera.init);
    return camera.videos.add(listener);
  }

  onPicture(name: string, listener: (piece: VideoPiece) => void): Unsubscribe {
    return this.#get(name).pictures.add(listener);
  }

  async picture(name: string): Promise<VideoPiece | undefined> {
    return this.#get(name).latest;
  }

  async add({ camera, source }: CameraRequest): Promise<CameraStatus> {
    if (this.#cameras.has(camera)) throw new LookoutError('config', `there is a camera ${camera} already`);
    const template = this.#cameras.values().next().value;
    if (template === undefined) throw new LookoutError('config', `${source} cannot be opened here`);
    this.open(camera, template.options);
    return this.status(camera)!;
  }

  async remove(name: string): Promise<boolean> {
    this.#cameras.get(name)?.stop();
    const removed = this.#cameras.delete(name);
    if (removed) this.#tell(name, undefined);
    return removed;
  }

  /** A camera fed by a browser; each picture comes back at once, without detections. */
  openWebcam(name: string): WebcamSink {
    if (this.#cameras.has(name)) throw new LookoutError('config', `there is a camera ${name} already`);
    const camera = new FakeCamera(name, { clip: EMPTY }, ({ status }) => this.#tell(name, status));
    this.#cameras.set(name, camera);
    const video = { kind: 'jpeg', mime: 'image/jpeg' } as const;
    camera.change({ state: 'live', message: 'live', epoch: 1, source: 'webcam', video });
    let seq = 0;
    return {
      push: (data, pts) => {
        const stamp = { camera: name, epoch: 1, seq, pts, capturedAt: Date.now() };
        const record = toRecord({
          stamp: { ...stamp, source: 'webcam', size: { width: 640, height: 480 } },
          detections: [],
        });
        camera.pictures.tell({
          ...{ ...stamp, kind: 'jpeg', mediaTime: pts, keyframe: true, data },
          metadata: { observation: record },
        });
        seq += 1;
      },
      close: () => void this.remove(name),
    };
  }

  #get(name: string): FakeCamera {
    const camera = this.#cameras.get(name);
    if (camera === undefined) throw new RangeError(`there is no camera ${name}`);
    return camera;
  }

  #tell(name: string, status: CameraStatus | undefined): void {
    for (const listener of this.#status) listener(name, status);
  }
}

const EMPTY: Clip = { size: { width: 1, height: 1 }, fps: 1, packets: [], pictures: [], detectionsOf: () => [] };
