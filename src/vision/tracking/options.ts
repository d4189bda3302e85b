/** Settings of a tracker. Scores are 0..1, costs are 1 - similarity. */
export interface TrackerOptions {
  /** `bytetrack`: associates low scores too, in a second stage; `sort`: one stage. */
  readonly algorithm: 'bytetrack' | 'sort';
  /** From here on a detection is matched in the first stage. The paper's 0.5 .. 0.6 suits detectors of large models. */
  readonly highScore: number;
  /** From here on a detection may keep a track alive in ByteTrack's second stage. The detector must report this low. */
  readonly lowScore: number;
  /** From here on an unmatched detection starts a track. */
  readonly newScore: number;
  /** In place of it for single labels. */
  readonly newScores: Readonly<Record<string, number>>;
  /**
   * Largest IoU of a detection that starts a track with a track of its class that is seen in the same frame: beyond, it is
   * taken for a second box of one object, which suppression leaves up to its own limit. 1 starts a track all the same.
   */
  readonly newOverlap: number;
  /** Largest cost of a match: 1 - IoU, in ByteTrack's first and last stage 1 - IoU * score. */
  readonly matchLimit: number;
  /** The same for low scores, and for tracks that are not confirmed yet; ByteTrack only. */
  readonly lowMatchLimit: number;
  readonly tentativeMatchLimit: number;
  /**
   * How far from where it is expected a detection that overlaps no track may still be one seen in the frame before, in
   * standard deviations of the track's filter; 0 goes by overlap alone.
   */
  readonly reach: number;
  /** Matches that a new track needs before it is reported; never more than there were frames. */
  readonly confirmAfter: number;
  /** A track that is not seen for longer is forgotten, seconds; it always survives to the next frame. */
  readonly maxLost: number;
  /** Only detections of a track's own class match it. */
  readonly perClass: boolean;
  /** Report the detection's own box, or the filter's, which trembles less and lags more. */
  readonly boxes: 'detected' | 'filtered';
  /** The frame rate that the motion noise is meant for, 1/s; other intervals are scaled to it. */
  readonly frameRate: number;
  /** Tracks held at most; beyond it lost ones are forgotten, oldest first. */
  readonly maxTracks: number;
}

const BYTETRACK: TrackerOptions = {
  algorithm: 'bytetrack',
  highScore: 0.25,
  lowScore: 0.1,
  newScore: 0.25,
  newScores: {},
  newOverlap: 0.3,
  matchLimit: 0.8,
  lowMatchLimit: 0.5,
  tentativeMatchLimit: 0.7,
  reach: 3,
  confirmAfter: 2,
  maxLost: 1,
  perClass: true,
  boxes: 'detected',
  frameRate: 30,
  maxTracks: 1000,
};

/** The defaults of each algorithm. Thresholds follow the score from which detections are shown, not the papers' detectors. */
export const TRACKER_DEFAULTS: Readonly<Record<TrackerOptions['algorithm'], TrackerOptions>> = {
  bytetrack: BYTETRACK,
  sort: { ...BYTETRACK, algorithm: 'sort', matchLimit: 0.7, reach: 0, confirmAfter: 3, maxLost: 0.3 },
};

/** Fills in the defaults. @throws RangeError naming the option that cannot be. */
export function trackerOptions(given: Partial<TrackerOptions> = {}): TrackerOptions {
  const algorithm = given.algorithm ?? 'bytetrack';
  const defaults = TRACKER_DEFAULTS[algorithm];
  if (defaults === undefined) throw new RangeError(`tracker: expected bytetrack or sort, got ${algorithm}`);
  const chosen = Object.entries(given).filter(([key, value]) => key in defaults && value !== undefined);
  const options: TrackerOptions = { ...defaults, ...Object.fromEntries(chosen) };
  for (const key of ['highScore', 'lowScore', 'newScore'] as const) check(key, options[key], [0, 1]);
  for (const [label, score] of Object.entries(options.newScores)) check(`newScores.${label}`, score, [0, 1]);
  for (const key of ['newOverlap', 'matchLimit', 'lowMatchLimit', 'tentativeMatchLimit'] as const)
    check(key, options[key], [0, 1]);
  check('reach', options.reach, [0, 100]);
  check('confirmAfter', options.confirmAfter, [1, 1000]);
  check('maxLost', options.maxLost, [0, 3600]);
  check('frameRate', options.frameRate, [0.01, 1000]);
  check('maxTracks', options.maxTracks, [1, 1e6]);
  return options;
}

function check(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (!(value >= least && value <= most))
    throw new RangeError(`tracker: ${name} ${least}..${most} expected, got ${value}`);
}
