import { Subject } from 'rxjs';
import type { Unsubscribe } from '#core/camera-port.js';
import { messageOf } from '#core/errors.js';
import { inputSizes } from '#core/input-sizes.js';
import type { VideoPiece } from '#core/video.js';
import { jpegSize } from '#media/live/jpeg-size.js';
import { decodePicture } from '#media/picture.js';
import { toPlanes } from '#media/planes.js';
import { CameraAnalysis } from './camera-analysis.js';
import type { CameraPlan } from './camera-plan.js';
import type { LiveShared } from './live-camera.js';
import type { LiveFrame } from './live-frame.js';
import type { Outlet } from './outlet.js';
import { PictureMaker } from './picture-maker.js';
import { RateMeter } from './rate-meter.js';

interface Picture {
  readonly jpeg: Uint8Array;
  readonly pts: number;
  readonly seq: number;
  readonly capturedAt: number;
  readonly arrivedAt: number;
}

/** A camera whose JPEG pictures a browser sends. One is decoded at a time, and the newest waits. */
export class Webcam {
  readonly outlet: Outlet;
  readonly #plan: CameraPlan;
  readonly #shared: LiveShared;
  readonly #frames = new Subject<LiveFrame>();
  readonly #analysis: CameraAnalysis;
  readonly #pictures: PictureMaker;
  readonly #arriving = new RateMeter();
  readonly #epoch: number;
  #waiting: Picture | undefined;
  #isDecoding = false;
  #isClosed = false;
  #seq = 0;

  constructor(plan: CameraPlan, shared: LiveShared, outlet: Outlet) {
    this.#plan = plan;
    this.#shared = shared;
    this.outlet = outlet;
    this.#epoch = outlet.status.epoch + 1;
    const { pictureSide: mostSide } = shared.settings;
    this.#pictures = new PictureMaker({ outlet, mostSide, logger: shared.logger });
    this.#analysis = new CameraAnalysis(plan, shared, this.#frames, (observation) => {
      this.#pictures.observed(observation);
      outlet.tell('observation', observation);
    });
    outlet.change({ message: 'waiting for the first picture', epoch: this.#epoch });
  }

  push(jpeg: Uint8Array, pts: number): void {
    if (this.#isClosed) return;
    if (this.#waiting) this.#shared.telemetry.frame(this.#plan.camera, 'overtaken');
    this.#arriving.count();
    // The message that it views belongs to the connection.
    this.#waiting = {
      ...{ jpeg: jpeg.slice(), pts, seq: this.#seq },
      ...{ capturedAt: Date.now(), arrivedAt: performance.now() },
    };
    this.#seq += 1;
    void this.#decodeNext();
  }

  onVideo(listener: (piece: VideoPiece) => void): Unsubscribe {
    return this.outlet.listen('video', listener);
  }

  picture(boxes: boolean): Promise<VideoPiece | undefined> {
    return this.#pictures.latest(boxes);
  }

  tick(nowMs: number): void {
    this.outlet.change({ fps: this.#arriving.rate(nowMs), analysisFps: this.#analysis.rate(nowMs) });
  }

  close(): void {
    this.#isClosed = true;
    this.#analysis.close();
    this.#pictures.close();
  }

  async #decodeNext(): Promise<void> {
    const picture = this.#waiting;
    if (!picture || this.#isDecoding || this.#isClosed) return;
    this.#waiting = undefined;
    this.#isDecoding = true;
    await this.#decode(picture).catch((error: unknown) => {
      const { camera } = this.#plan;
      this.#shared.telemetry.frame(camera, 'broken');
      this.#shared.logger.debug({ camera }, `a picture could not be read: ${messageOf(error)}`);
    });
    this.#isDecoding = false;
    void this.#decodeNext();
  }

  async #decode({ jpeg, pts, seq, capturedAt, arrivedAt }: Picture): Promise<void> {
    const { card } = this.#shared;
    const { camera } = this.#plan;
    const { rgb, letterbox } = await decodePicture(jpeg, {
      input: inputSizes(card),
      fit: card.input.fit,
      padding: card.input.padding,
    });
    if (this.#isClosed) return;
    const data = this.#shared.pool.take(rgb.length);
    toPlanes(rgb, data);
    const size = letterbox.source;
    const stamp = { source: 'webcam', camera, epoch: this.#epoch, seq, pts, capturedAt, size };
    this.#live(jpeg, stamp);
    this.#pictures.jpeg(jpeg, pts);
    this.#frames.next({ stamp, letterbox, data, arrivedAt, decodedAt: performance.now() });
  }

  #live(jpeg: Uint8Array, stamp: { seq: number; pts: number; capturedAt: number }): void {
    const { status } = this.outlet;
    this.outlet.stamp({ seq: stamp.seq, pts: stamp.pts, capturedAt: stamp.capturedAt });
    if (status.state === 'live') return;
    const size = jpegSize(jpeg);
    this.outlet.change({ state: 'live', message: 'live', size, video: { kind: 'jpeg', mime: 'image/jpeg' } });
    this.#shared.telemetry.state(this.#plan.camera, 'live');
  }
}
