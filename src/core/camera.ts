import type { Size } from './size.js';

/** What a camera is doing. paused: nobody consumes it; ended: a file or stream that will not come back by itself. */
export const CAMERA_STATES = ['connecting', 'live', 'paused', 'reconnecting', 'ended', 'failed'] as const;
export type CameraState = (typeof CAMERA_STATES)[number];

/** Why a camera is not live. Branch on this; `CameraStatus.message` says it in words. */
export const FAULT_CAUSES = [
  'refused',
  'auth',
  'forbidden',
  'not-found',
  'timeout',
  'unreachable',
  'codec',
  'stalled',
  'frozen',
  'ended',
  'decoder-died',
  'unknown',
] as const;
export type FaultCause = (typeof FAULT_CAUSES)[number];

/** Who decodes a camera's pictures. */
export interface DecoderReport {
  /** As the user asked: `auto`, `vaapi`, `cuda`, ... */
  readonly asked: string;
  /** `cpu`, or FFmpeg's name of the interface that was seen to decode this codec. */
  readonly ran: string;
  /** Why it is not what was asked for. */
  readonly reason?: string;
}

/** The second stream of a camera, where the analysis has one of its own. */
export interface AnalysisStream {
  /** Redacted. */
  readonly source: string;
  readonly state: Extract<CameraState, 'connecting' | 'live' | 'reconnecting'>;
  readonly cause?: FaultCause;
  readonly message: string;
  /** Of its own pictures; boxes are reported in pixels of the first stream. */
  readonly size?: Size;
}

/** All that is known about a camera now; replaced as a whole at each change. */
export interface CameraStatus {
  /** Its name: 1..100 characters, unique. */
  readonly camera: string;
  /** As the user named it, redacted. */
  readonly source: string;
  readonly state: CameraState;
  readonly cause?: FaultCause;
  /** For people, e.g. `wrong user name or password; attempt 4 in 8 s`. Never holds credentials. */
  readonly message: string;
  /** When this state began, ms since the Unix epoch. */
  readonly since: number;
  /** Counts connections, 1 for the first; 0 before it. */
  readonly epoch: number;
  /** Of the newest frame; absent before the first one. */
  readonly seq?: number;
  readonly pts?: number;
  readonly capturedAt?: number;
  readonly size?: Size;
  /** How viewers get the picture: `fmp4` with the MIME type for Media Source Extensions, or `jpeg`. */
  readonly video?: { readonly kind: 'fmp4' | 'jpeg'; readonly mime: string };
  /** What decodes, where hardware was asked for. */
  readonly decoder?: DecoderReport;
  /** The stream that is analysed, where it is not the one that viewers see. */
  readonly analysis?: AnalysisStream;
  /** Frames per second as they arrive, and as they are analysed. */
  readonly fps?: number;
  readonly analysisFps?: number;
  /** Failed connections since it was last live, and the wait before the next one. */
  readonly attempts?: number;
  readonly retryInMs?: number;
}
