import type { CameraStatus } from './camera.js';
import type { Observation } from './observation.js';
import type { VideoPiece } from './video.js';

/** Ends a subscription. Idempotent. */
export type Unsubscribe = () => void;

/** A camera that someone asks for while the program runs. */
export interface CameraRequest {
  readonly camera: string;
  /** A URL or a path that the source policy has allowed; credentials included. */
  readonly source: string;
}

/** Pictures that a browser sends. Calls never wait: a picture that comes too early is overtaken and counted. */
export interface WebcamSink {
  /** `jpeg` is a whole JPEG file; `pts` is on the sender's clock, seconds, rising. */
  push(jpeg: Uint8Array, pts: number): void;
  close(): void;
}

/**
 * What the server asks of the live pipeline. Listeners are called synchronously, must not throw, and never slow the
 * pipeline: whoever listens queues for itself.
 */
export interface CameraPort {
  list(): readonly CameraStatus[];
  status(camera: string): CameraStatus | undefined;
  /** Each change of any camera; `undefined` says that the camera was removed. */
  onStatus(listener: (camera: string, status: CameraStatus | undefined) => void): Unsubscribe;
  /** Each observation of a camera. Being subscribed to any feed of a camera counts as watching it. */
  onObservation(camera: string, listener: (observation: Observation) => void): Unsubscribe;
  /** The camera's fragmented MP4: first its current `init` piece where there is one, then each piece as it comes. */
  onVideo(camera: string, listener: (piece: VideoPiece) => void): Unsubscribe;
  /** JPEG pictures of analysed frames, each with its observation in the metadata. */
  onPicture(camera: string, listener: (piece: VideoPiece) => void): Unsubscribe;
  /**
   * The newest analysed picture as a JPEG, with boxes drawn into it or without; undefined while there is none.
   * @throws LookoutError when the picture cannot be made.
   */
  picture(camera: string, options: { readonly boxes: boolean }): Promise<VideoPiece | undefined>;
  /** Adds a camera. @throws LookoutError kind `config` when the name is taken or the source cannot be used. */
  add?(request: CameraRequest): Promise<CameraStatus>;
  /** Removes a camera that was added by `add`; false when there is none of that name that may be removed. */
  remove?(camera: string): Promise<boolean>;
  /** Opens a camera fed by a browser. @throws LookoutError kind `config` when the name is taken. */
  openWebcam?(camera: string): WebcamSink;
}
