import type { ObservationRecord } from './record.js';

/** `init`: fragmented MP4's `ftyp` + `moov`; `media`: `moof` + `mdat` (one or more); `jpeg`: one picture. */
export type VideoKind = 'init' | 'media' | 'jpeg';

/** A piece of a camera's picture for viewers, with the stamp that joins it to its observations. */
export interface VideoPiece {
  readonly kind: VideoKind;
  readonly camera: string;
  /** The connection that it belongs to. A new epoch starts with its own `init`. */
  readonly epoch: number;
  /** Of the first frame in the piece, on the numbering of the observations; of the frame to come for `init`. */
  readonly seq: number;
  /** Of the first frame in the piece, seconds on the clock of the observations. */
  readonly pts: number;
  /** When the first frame arrived, ms since the Unix epoch. */
  readonly capturedAt: number;
  /**
   * Of the first frame, seconds on the fragmented MP4's own clock (`tfdt`); equals `pts` for `jpeg`.
   * A shown frame with media time t has pts = t - mediaTime + pts.
   */
  readonly mediaTime: number;
  /** A decoder may start here: always for `init` and `jpeg`; for `media` when its first frame is a key frame. */
  readonly keyframe: boolean;
  readonly metadata?: VideoMetadata;
  readonly data: Uint8Array;
}

/** What a piece says beyond its stamp. Grows additively. */
export interface VideoMetadata {
  /** For `init`, e.g. `video/mp4; codecs="avc1.64001f"`. */
  readonly mime?: string;
  /** For `jpeg`: the boxes of exactly this picture. */
  readonly observation?: ObservationRecord;
}
