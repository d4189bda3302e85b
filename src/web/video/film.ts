import type { Size } from '#core/size.js';
import type { FrameStamp, Timeline } from '../playout/timeline.js';

/** A decoded picture that can be drawn until it is closed. */
export interface Picture {
  readonly stamp: FrameStamp;
  readonly size: Size;
  readonly source: CanvasImageSource;
  close(): void;
}

type MediaSourceClass = typeof MediaSource;

/** Media Source Extensions under the name that this browser gives them. iPhones have the managed kind only. */
export function mediaSourceClass(): MediaSourceClass | undefined {
  const { ManagedMediaSource, MediaSource: plain } = globalThis as {
    ManagedMediaSource?: MediaSourceClass;
    MediaSource?: MediaSourceClass;
  };
  return ManagedMediaSource ?? plain;
}

/** Whether this browser can play a stream so that each of its frames is known. */
export function canPlay(mime: string): boolean {
  const known = 'requestVideoFrameCallback' in HTMLVideoElement.prototype;
  return known && mediaSourceClass()?.isTypeSupported(mime) === true;
}

/**
 * The picture that a video element shows, with the stamp of exactly this picture. A `VideoFrame` carries its own timestamp,
 * so that picture and time cannot come apart; browsers without one draw the element itself.
 */
export function pictureOf(video: HTMLVideoElement, mediaTime: number, timeline: Timeline): Picture | undefined {
  const size = { width: video.videoWidth, height: video.videoHeight };
  if (typeof VideoFrame === 'function') {
    const frame = videoFrame(video);
    const isMediaTime = frame && Math.abs(frame.timestamp / 1e6 - mediaTime) < 1;
    const stamp = frame && timeline.at(isMediaTime ? frame.timestamp / 1e6 : mediaTime);
    if (frame && stamp) return { stamp, size, source: frame, close: () => frame.close() };
    frame?.close();
  }
  const stamp = timeline.at(mediaTime);
  return stamp && { stamp, size, source: video, close: () => {} };
}

function videoFrame(video: HTMLVideoElement): VideoFrame | undefined {
  try {
    return new VideoFrame(video);
  } catch {
    // No picture yet, or one that may not be read: the element itself is drawn instead.
    return undefined;
  }
}
