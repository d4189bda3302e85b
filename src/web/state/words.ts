import type { FaultCause } from '#core/camera.js';
import type { CameraRecord } from '#core/message.js';

/** good: pictures are coming; busy: on its way; idle: nothing to be done; bad: somebody should look. */
export type Tone = 'good' | 'busy' | 'idle' | 'bad';

/** A camera's state for people. */
export interface StateWords {
  readonly tone: Tone;
  /** One or two words. */
  readonly title: string;
  /** One sentence, or nothing. */
  readonly detail: string;
  /** Whether the picture on the page is of now. */
  readonly fresh: boolean;
}

/** What the words depend on beside the camera's record; times are `performance.now()`. */
export interface Circumstances {
  readonly now: number;
  /** When the record came. */
  readonly receivedAt: number;
  /** Whether there is a connection to the server. */
  readonly connected: boolean;
  /** Since when its pictures are asked for. */
  readonly watchedSince: number;
  /** Whether the viewer froze the picture. */
  readonly paused: boolean;
  readonly lastPaintedAt: number | undefined;
}

const CAUSES: Readonly<Record<FaultCause, string>> = {
  refused: 'the camera refused the connection',
  auth: 'wrong user name or password',
  forbidden: 'the source leads to where the page may not look',
  'not-found': 'there is no such stream on the camera',
  timeout: 'the camera did not answer in time',
  unreachable: 'the camera cannot be reached',
  codec: 'the video cannot be decoded',
  stalled: 'the stream stopped sending',
  frozen: 'the picture is frozen',
  ended: 'the stream ended',
  'decoder-died': 'the decoder stopped',
  unknown: 'the connection failed',
};

/** A live picture that did not change for so long is not called live, ms. */
export const STALE_AFTER_MS = 3000;
/** A stream may have to wait for its next key frame. */
const STARTING_MS = 12_000;

export function stateWords(record: CameraRecord, around: Circumstances): StateWords {
  const { now, lastPaintedAt } = around;
  const age = lastPaintedAt === undefined ? undefined : now - lastPaintedAt;
  const last = age === undefined ? '' : `last picture ${duration(age)} ago`;
  if (around.paused) return { tone: 'idle', title: 'Paused', detail: last, fresh: false };
  if (!around.connected) return { tone: 'bad', title: 'Offline', detail: last || 'no connection', fresh: false };
  switch (record.state) {
    case 'live':
      return unanalysed(record, live(age, last, now - around.watchedSince));
    case 'connecting':
      return { tone: 'busy', title: 'Connecting', detail: last, fresh: false };
    case 'reconnecting':
      return { tone: 'busy', title: 'Reconnecting', detail: reconnecting(record, around), fresh: false };
    case 'paused':
      return { tone: 'idle', title: 'Standby', detail: 'starts when somebody watches', fresh: false };
    case 'ended':
      return { tone: 'idle', title: 'Ended', detail: last, fresh: false };
    case 'failed':
      return { tone: 'bad', title: 'Failed', detail: causeOf(record), fresh: false };
  }
}

/** Pictures that have just been asked for take a moment. */
function live(age: number | undefined, last: string, watchedForMs: number): StateWords {
  const waiting = age === undefined || age > watchedForMs;
  if (waiting && watchedForMs < STARTING_MS)
    return { tone: 'busy', title: 'Starting', detail: 'waiting for the first picture', fresh: false };
  const fresh = age !== undefined && age <= STALE_AFTER_MS;
  return fresh
    ? { tone: 'good', title: 'Live', detail: '', fresh }
    : { tone: 'bad', title: 'No picture', detail: last || 'nothing comes from the camera', fresh };
}

/** Pictures come, but the stream that is analysed does not. */
function unanalysed({ analysis }: CameraRecord, words: StateWords): StateWords {
  if (!words.fresh || analysis === undefined || analysis.state === 'live') return words;
  const why = analysis.state === 'connecting' ? 'the stream for the analysis is being connected' : causeOf(analysis);
  return { ...words, tone: 'busy', title: 'Live, no boxes', detail: why };
}

function reconnecting(record: CameraRecord, { now, receivedAt }: Circumstances): string {
  const cause = causeOf(record);
  const attempt = (record.attempts ?? 0) > 1 ? `, attempt ${record.attempts}` : '';
  if (record.retry_in_ms === undefined) return `${cause}${attempt}`;
  const seconds = Math.ceil((record.retry_in_ms - (now - receivedAt)) / 1000);
  return `${cause}${attempt}; ${seconds > 0 ? `next try in ${seconds} s` : 'trying now'}`;
}

function causeOf({ cause, message }: Pick<CameraRecord, 'cause' | 'message'>): string {
  return cause === undefined || cause === 'unknown' ? message || CAUSES.unknown : CAUSES[cause];
}

/** `40 s`, `3 min`, `2 h`, `3 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
