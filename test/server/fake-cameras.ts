import type { CameraStatus } from '#core/camera.js';
import type { CameraPort, CameraRequest, Unsubscribe, WebcamSink } from '#core/camera-port.js';
import { LookoutError } from '#core/errors.js';
import type { Observation } from '#core/observation.js';
import type { VideoPiece } from '#core/video.js';

type Listeners<T> = Map<string, Set<(value: T) => void>>;

/** A whole JPEG file as far as its markers go, padded to a size. */
export function jpegOf(bytes = 16): Uint8Array {
  const data = new Uint8Array(Math.max(8, bytes)).fill(0x11);
  data.set([0xff, 0xd8, 0xff, 0xe0]);
  data.set([0xff, 0xd9], data.length - 2);
  return data;
}

/** A live pipeline without cameras: the test says what happens, and sees who listens. */
export class FakeCameras implements CameraPort {
  readonly #statuses = new Map<string, CameraStatus>();
  readonly #status = new Set<(camera: string, status: CameraStatus | undefined) => void>();
  readonly #observations: Listeners<Observation> = new Map();
  readonly #videos: Listeners<VideoPiece> = new Map();
  readonly #pictures: Listeners<VideoPiece> = new Map();
  readonly pushed: { camera: string; jpeg: Uint8Array; pts: number }[] = [];
  readonly webcams = new Set<string>();
  latest: VideoPiece | undefined;
  onPushed: () => void = () => {};

  constructor(...cameras: string[]) {
    for (const camera of cameras) this.change(camera);
  }

  change(camera: string, more: Partial<CameraStatus> = {}): void {
    const base = { camera, source: 'rtsp://***@cam/1', state: 'live', message: 'live', since: 1, epoch: 1 } as const;
    const status: CameraStatus = { ...base, ...this.#statuses.get(camera), ...more };
    this.#statuses.set(camera, status);
    for (const listener of this.#status) listener(camera, status);
  }

  take(camera: string): void {
    this.#statuses.delete(camera);
    for (const listener of this.#status) listener(camera, undefined);
  }

  observe(camera: string, seq: number, detections: Observation['detections'] = []): void {
    const size = { width: 640, height: 480 };
    const stamp = { source: 'rtsp://***@cam/1', camera, epoch: 1, seq, pts: seq / 25, capturedAt: 1000 + seq, size };
    for (const listener of this.#observations.get(camera) ?? []) listener({ stamp, detections });
  }

  film(camera: string, piece: Partial<VideoPiece>): void {
    for (const listener of this.#videos.get(camera) ?? []) listener(this.#piece(camera, piece));
  }

  picturise(camera: string, piece: Partial<VideoPiece>): void {
    this.latest = this.#piece(camera, { kind: 'jpeg', ...piece });
    for (const listener of this.#pictures.get(camera) ?? []) listener(this.latest);
  }

  /** How many listen to a camera's observations, video and pictures. */
  listeners(camera: string): [number, number, number] {
    return [this.#observations, this.#videos, this.#pictures].map((all) => all.get(camera)?.size ?? 0) as [
      number,
      number,
      number,
    ];
  }

  list(): CameraStatus[] {
    return [...this.#statuses.values()];
  }

  status(camera: string): CameraStatus | undefined {
    return this.#statuses.get(camera);
  }

  onStatus(listener: (camera: string, status: CameraStatus | undefined) => void): Unsubscribe {
    this.#status.add(listener);
    return () => this.#status.delete(listener);
  }

  onObservation(camera: string, listener: (observation: Observation) => void): Unsubscribe {
    return listened(this.#observations, camera, listener);
  }

  onVideo(camera: string, listener: (piece: VideoPiece) => void): Unsubscribe {
    return listened(this.#videos, camera, listener);
  }

  onPicture(camera: string, listener: (piece: VideoPiece) => void): Unsubscribe {
    return listened(this.#pictures, camera, listener);
  }

  async picture(_camera: string, options: { boxes: boolean }): Promise<VideoPiece | undefined> {
    if (this.latest === undefined || !options.boxes) return this.latest;
    return { ...this.latest, data: jpegOf(this.latest.data.length + 100) };
  }

  async add({ camera, source }: CameraRequest): Promise<CameraStatus> {
    if (this.#statuses.has(camera)) throw new LookoutError('config', `there is a camera ${camera} already`);
    this.change(camera, { source, state: 'connecting', message: 'connecting', epoch: 0 });
    return this.#statuses.get(camera)!;
  }

  async remove(camera: string): Promise<boolean> {
    const known = this.#statuses.has(camera);
    if (known) this.take(camera);
    return known;
  }

  openWebcam(camera: string): WebcamSink {
    if (this.#statuses.has(camera)) throw new LookoutError('config', `there is a camera ${camera} already`);
    this.change(camera, { source: 'webcam' });
    this.webcams.add(camera);
    return {
      push: (jpeg, pts) => {
        this.pushed.push({ camera, jpeg, pts });
        this.onPushed();
      },
      close: () => {
        this.webcams.delete(camera);
        this.take(camera);
      },
    };
  }

  #piece(camera: string, piece: Partial<VideoPiece>): VideoPiece {
    const base = { kind: 'media', epoch: 1, seq: 0, pts: 0, capturedAt: 1000, mediaTime: 0, keyframe: false } as const;
    return { ...base, camera, data: new Uint8Array(8), ...piece };
  }
}

function listened<T>(all: Listeners<T>, camera: string, listener: (value: T) => void): Unsubscribe {
  const listeners = all.get(camera) ?? new Set();
  all.set(camera, listeners);
  listeners.add(listener);
  return () => listeners.delete(listener);
}
