import type { CameraPort, Unsubscribe } from '#core/camera-port.js';
import type { ObservationMessage } from '#core/message.js';
import type { Observation } from '#core/observation.js';
import { toRecord } from '#core/record.js';
import type { VideoPiece } from '#core/video.js';
import { encodeVideo } from '#core/video-message.js';
import { type Parcel, textParcel, type VideoParcel } from './parcel.js';

/** What of a camera can be listened to. */
export type FeedKind = 'observation' | 'fmp4' | 'jpeg';

/** Who listens. */
export interface Listener {
  put(parcel: Parcel | VideoParcel): void;
}

/** Largest group of pictures that is kept for late joiners, bytes. */
const MOST_KEPT_BYTES = 16 * 1024 * 1024;

/**
 * One camera for all clients: subscribed upstream while somebody listens, each message serialised once. It keeps the
 * video since the last key frame, so that who joins sees a picture at once.
 */
export class Feed {
  readonly #listeners: Readonly<Record<FeedKind, Set<Listener>>> = {
    observation: new Set(),
    fmp4: new Set(),
    jpeg: new Set(),
  };
  readonly #upstream = new Map<FeedKind, Unsubscribe>();
  #init: Parcel | undefined;
  #group: VideoParcel[] = [];
  #groupBytes = 0;

  constructor(
    readonly camera: string,
    private readonly cameras: CameraPort,
  ) {}

  get idle(): boolean {
    return this.#upstream.size === 0;
  }

  add(kind: FeedKind, listener: Listener): void {
    const listeners = this.#listeners[kind];
    if (listeners.has(listener)) return;
    listeners.add(listener);
    if (kind === 'fmp4') for (const parcel of this.#group) listener.put(parcel);
    if (!this.#upstream.has(kind)) this.#upstream.set(kind, this.#connect(kind));
  }

  remove(kind: FeedKind, listener: Listener): void {
    const listeners = this.#listeners[kind];
    if (!listeners.delete(listener) || listeners.size > 0) return;
    this.#upstream.get(kind)?.();
    this.#upstream.delete(kind);
    if (kind === 'fmp4') this.#dropGroup();
  }

  close(): void {
    for (const stop of this.#upstream.values()) stop();
    this.#upstream.clear();
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
    this.#dropGroup();
  }

  #connect(kind: FeedKind): Unsubscribe {
    const { camera, cameras } = this;
    if (kind === 'observation') return cameras.onObservation(camera, (observation) => this.#observed(observation));
    if (kind === 'fmp4') return cameras.onVideo(camera, (piece) => this.#filmed(piece));
    return cameras.onPicture(camera, (piece) => this.#send('jpeg', pieceParcel(piece, 'picture')));
  }

  #observed(observation: Observation): void {
    const { camera, stamp } = { camera: this.camera, stamp: observation.stamp };
    const record = toRecord({ ...observation, stamp: { epoch: 0, capturedAt: 0, ...stamp, camera } });
    const message = { type: 'observation', ...record } as ObservationMessage;
    this.#send('observation', textParcel('observation', message, { ...stamp, camera }));
  }

  #filmed(piece: VideoPiece): void {
    const parcel = pieceParcel(piece, 'video');
    if (piece.kind === 'init') {
      this.#dropGroup();
      this.#init = parcel;
      return;
    }
    if (this.#init === undefined) return;
    const media: VideoParcel = { ...parcel, kind: 'video', keyframe: piece.keyframe, init: this.#init };
    if (piece.keyframe) {
      this.#group = [];
      this.#groupBytes = 0;
    }
    if (piece.keyframe || this.#group.length > 0) this.#keep(media);
    this.#send('fmp4', media);
  }

  #keep(parcel: VideoParcel): void {
    this.#groupBytes += parcel.bytes.length;
    this.#group.push(parcel);
    if (this.#groupBytes > MOST_KEPT_BYTES) this.#group = [];
  }

  #dropGroup(): void {
    this.#init = undefined;
    this.#group = [];
    this.#groupBytes = 0;
  }

  #send(kind: FeedKind, parcel: Parcel | VideoParcel): void {
    for (const listener of this.#listeners[kind]) listener.put(parcel);
  }
}

function pieceParcel(piece: VideoPiece, kind: 'picture' | 'video'): Parcel {
  const { camera, epoch, seq, pts, capturedAt } = piece;
  return { kind, camera, epoch, seq, pts, capturedAt, bytes: encodeVideo(piece), binary: true };
}
