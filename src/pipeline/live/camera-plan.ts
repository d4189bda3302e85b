import type { DetectOptions } from '#vision/detect.js';
import type { TrackerOptions } from '#vision/tracking/options.js';
import type { Polygon } from '#vision/zones.js';

/** What one camera is to do: all that is configured of it. Plain data, so that a change can be seen. */
export interface CameraPlan {
  /** 1..100 characters, unique. */
  readonly camera: string;
  /** A URL, credentials included, a device (`/dev/video0`) or a file. */
  readonly source: string;
  /** A second stream of the same camera that is analysed in place of the first, credentials included. */
  readonly analysisSource?: string;
  /** Most frames per second that are analysed; all by default. */
  readonly fps?: number;
  readonly detection: DetectOptions;
  /** Regions of interest and areas to ignore, fractions of the frame. */
  readonly zones: readonly Polygon[];
  readonly masks: readonly Polygon[];
  /** Absent: detections keep no identity. */
  readonly tracking?: Partial<TrackerOptions>;
  readonly transport: 'tcp' | 'udp';
  /** FFmpeg's name of a hardware decoder interface, e.g. `auto`, `vaapi`. */
  readonly hwaccel?: string;
  /** A file is played again and again. */
  readonly loop: boolean;
  /** Somebody chose it from the page: it may lead only to what is open to the page. */
  readonly fromPage?: true;
}

/** What all cameras share. Times in ms. */
export interface LiveSettings {
  /** Most frames of different cameras in one inference. */
  readonly batchSize: number;
  readonly batchWaitMs: number;
  /** Waits after the 1st, 2nd, ... failure in a row; the last one repeats for ever. */
  readonly reconnectMs: readonly number[];
  /** Longest wait for an answer to a connection. */
  readonly connectTimeoutMs: number;
  /** Longest time without a packet. */
  readonly stallTimeoutMs: number;
  /** The same picture for so long counts as a fault; 0 never does. */
  readonly frozenMs: number;
  /** A stream that falls so far behind is connected anew; 0 never is. */
  readonly maxLagMs: number;
  /** Cameras that nobody watches are not decoded. */
  readonly pauseUnwatched: boolean;
  /** Longest side of the pictures for viewers, px. */
  readonly pictureSide: number;
}
