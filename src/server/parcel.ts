/** What a message is about; decides how it is queued. */
export type ParcelKind = 'control' | 'camera' | 'observation' | 'picture' | 'video';

/** A message that was serialised once and is shared by all clients. */
export interface Parcel {
  readonly kind: ParcelKind;
  readonly bytes: Uint8Array;
  readonly binary: boolean;
  /** Empty for `control`. */
  readonly camera: string;
  /** Of the frame that it is about. */
  readonly epoch?: number;
  readonly seq?: number;
  readonly pts?: number;
  readonly capturedAt?: number;
}

/** A piece of fragmented MP4 with what a decoder needs to start at it. */
export interface VideoParcel extends Parcel {
  readonly kind: 'video';
  readonly keyframe: boolean;
  /** The init segment that it belongs to. */
  readonly init: Parcel;
}

export function textParcel(kind: ParcelKind, message: object, about: Partial<Parcel> = {}): Parcel {
  return { camera: '', ...about, kind, bytes: Buffer.from(JSON.stringify(message)), binary: false };
}
