/** Where a video plays and where it should, seconds of media time. */
export interface Playhead {
  readonly currentTime: number;
  readonly targetTime: number;
  readonly bufferedStart: number;
  readonly bufferedEnd: number;
  /** Present playback rate. */
  readonly rate: number;
}

export interface Steering {
  readonly rate: number;
  /** Present when the way is too long for a change of pace. */
  readonly seekTo?: number;
  /** Everything was shown: stay here until more comes. */
  readonly hold?: true;
}

/** Nearer than this is there. */
const CLOSE_SECONDS = 0.008;
/** A playhead that is on its way keeps its pace until it is close; one that is there starts only beyond this. */
const SLACK_SECONDS = 0.03;
const SEEK_SECONDS = 1.5;
/** Catching up is worth haste: pictures that are too late are of no use. Waiting is not. */
const MOST_FASTER = 1;
const MOST_SLOWER = 0.2;
const GAIN = 1.5;
const STEP = 0.02;

/**
 * Keeps a playhead at its target: by steps of the playback rate, by a jump where it is far off or outside of what is
 * buffered. At the end of the buffer it waits.
 */
export function steer({ currentTime, targetTime, bufferedStart, bufferedEnd, rate }: Playhead): Steering {
  const target = Math.max(bufferedStart, Math.min(targetTime, bufferedEnd));
  const behind = target - currentTime;
  const beyond = currentTime - bufferedEnd;
  if (beyond > SLACK_SECONDS && beyond <= SEEK_SECONDS) return { rate: 1, hold: true };
  if (currentTime < bufferedStart || Math.abs(behind) > SEEK_SECONDS) return { rate: 1, seekTo: target };
  if (Math.abs(behind) <= (rate === 1 ? SLACK_SECONDS : CLOSE_SECONDS)) return { rate: 1 };
  const change = Math.max(-MOST_SLOWER, Math.min(MOST_FASTER, GAIN * behind));
  const steps = Math.sign(change) * Math.ceil(Math.abs(change) / STEP - 1e-9);
  return { rate: 1 + steps * STEP };
}
