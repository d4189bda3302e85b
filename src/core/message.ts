import type { AnalysisStream, CameraState, CameraStatus, DecoderReport, FaultCause } from './camera.js';
import type { ObservationRecord } from './record.js';
import { redact } from './redact.js';
import type { Size } from './size.js';

/** Version of the WebSocket protocol. It grows additively: readers ignore keys and message types that they do not know. */
export const PROTOCOL = 1;

/** What a client may do: viewers look; admins may also add cameras and send a webcam. */
export type Role = 'viewer' | 'admin';

/** A camera's status on the wire; `seq`, `pts` and `captured_at` are those of its newest frame, null before the first. */
export interface CameraRecord {
  readonly camera: string;
  readonly epoch: number;
  readonly seq: number | null;
  readonly pts: number | null;
  readonly captured_at: number | null;
  readonly source: string;
  readonly state: CameraState;
  readonly cause?: FaultCause;
  readonly message: string;
  /** ms since the Unix epoch. */
  readonly since: number;
  readonly frame?: Size;
  readonly video?: { readonly kind: 'fmp4' | 'jpeg'; readonly mime: string };
  readonly decoder?: DecoderReport;
  readonly analysis?: {
    readonly source: string;
    readonly state: CameraState;
    readonly cause?: FaultCause;
    readonly message: string;
    readonly frame?: Size;
  };
  readonly fps?: number;
  readonly analysis_fps?: number;
  readonly attempts?: number;
  readonly retry_in_ms?: number;
}

/** First message of a connection. */
export interface HelloMessage {
  readonly type: 'hello';
  readonly protocol: typeof PROTOCOL;
  /** Of the program. */
  readonly version: string;
  readonly role: Role;
  /** The server's clock, ms since the Unix epoch: `captured_at` is on it. */
  readonly server_time: number;
  readonly cameras: readonly CameraRecord[];
}

export interface ObservationMessage extends ObservationRecord {
  readonly type: 'observation';
}

/** A camera came, changed or (state `ended` with `removed`) was taken away. */
export interface CameraMessage extends CameraRecord {
  readonly type: 'camera';
  readonly removed?: true;
}

/**
 * malformed: a message could not be read; unknown-camera; forbidden: the role does not allow it; too-fast: over the
 * rate limit; dropped: this client was too slow and lost messages; rejected: the server could not do it now.
 */
export type ErrorCode = 'malformed' | 'unknown-camera' | 'forbidden' | 'too-fast' | 'dropped' | 'rejected';

export interface ErrorMessage {
  readonly type: 'error';
  readonly code: ErrorCode;
  readonly message: string;
  readonly camera?: string;
  readonly epoch?: number;
  /** With `dropped`: the newest frame that was lost. */
  readonly seq?: number;
  readonly pts?: number;
  readonly captured_at?: number;
  /** With `dropped`: how many messages since the last such report, and on this connection. */
  readonly dropped?: { readonly observations: number; readonly video: number; readonly total: number };
}

/** Answers a {@link PingMessage}. */
export interface PongMessage {
  readonly type: 'pong';
  readonly id: number;
  /** The server's clock, ms since the Unix epoch. */
  readonly server_time: number;
}

export type ServerMessage = HelloMessage | ObservationMessage | CameraMessage | ErrorMessage | PongMessage;

/** Which picture a client wants beside the observations. */
export type VideoChoice = 'none' | 'fmp4' | 'jpeg';

/** Cameras by name; `*` stands for all, those that come later included. Replaces the earlier choice for these cameras. */
export interface SubscribeMessage {
  readonly type: 'subscribe';
  readonly cameras: readonly string[];
  /** Default true. */
  readonly observations?: boolean;
  /** Default `none`. */
  readonly video?: VideoChoice;
}

export interface UnsubscribeMessage {
  readonly type: 'unsubscribe';
  readonly cameras: readonly string[];
}

/** Opens a camera whose JPEG pictures this client sends as binary messages. Admins only. */
export interface PublishMessage {
  readonly type: 'publish';
  readonly camera: string;
}

export interface UnpublishMessage {
  readonly type: 'unpublish';
  readonly camera: string;
}

/** Asks for the server's clock: browsers cannot send pings of the WebSocket itself. */
export interface PingMessage {
  readonly type: 'ping';
  /** Comes back in the answer. */
  readonly id: number;
}

export type ClientMessage = SubscribeMessage | UnsubscribeMessage | PublishMessage | UnpublishMessage | PingMessage;

/** The wire form of a status, keys in a fixed order; credentials that slipped into a text are taken out. */
export function cameraRecord(status: CameraStatus): CameraRecord {
  const { camera, epoch, seq, pts, capturedAt, source, state, cause, message, since } = status;
  return {
    camera,
    epoch,
    seq: seq ?? null,
    pts: pts ?? null,
    captured_at: capturedAt ?? null,
    source: redact(source),
    state,
    ...(cause !== undefined && { cause }),
    message: redact(message),
    since,
    ...(status.size !== undefined && { frame: { width: status.size.width, height: status.size.height } }),
    ...(status.video !== undefined && { video: { kind: status.video.kind, mime: status.video.mime } }),
    ...(status.decoder !== undefined && { decoder: status.decoder }),
    ...(status.analysis !== undefined && { analysis: analysisRecord(status.analysis) }),
    ...(status.fps !== undefined && { fps: status.fps }),
    ...(status.analysisFps !== undefined && { analysis_fps: status.analysisFps }),
    ...(status.attempts !== undefined && { attempts: status.attempts }),
    ...(status.retryInMs !== undefined && { retry_in_ms: status.retryInMs }),
  };
}

function analysisRecord({ source, state, cause, message, size }: AnalysisStream): CameraRecord['analysis'] {
  return {
    source: redact(source),
    state,
    ...(cause !== undefined && { cause }),
    message: redact(message),
    ...(size !== undefined && { frame: { width: size.width, height: size.height } }),
  };
}
