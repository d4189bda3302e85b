/** How far a job is, as it is shown. */
export interface ProgressState {
  /** What is worked on: a file name. */
  readonly label: string;
  /** What really runs the model. */
  readonly device?: string;
  /** Frames done, those of an earlier run that is resumed included. */
  readonly frames: number;
  /** All frames; absent where unknown. */
  readonly total?: number;
  /** Frames per second over the last seconds; 0 before there is anything to divide. */
  readonly fps: number;
  /** Seconds left; absent without a total or a rate. */
  readonly eta?: number;
}

/** Seconds of the past that the rate is taken over; for a forecast, where a single slow frame must not count for much. */
const WINDOW = 5;
const FORECAST_WINDOW = 30;
/** Seconds of work before which nothing is said of its end. */
const FORECAST_AFTER = 5;

/** Measures the rate of a counter. Time comes from the caller, seconds on any clock. */
export class RateMeter {
  readonly #window: number;
  readonly #samples: { readonly at: number; readonly frames: number }[] = [];

  /** @param window seconds of the past that the rate is taken over */
  constructor(window = WINDOW) {
    this.#window = window;
  }

  /** Notes the counter at a time; times must not decrease. Returns frames per second. */
  note(frames: number, at: number): number {
    const samples = this.#samples;
    const latest = samples.at(-1);
    // Ten samples a second are plenty, however fast frames come.
    if (latest === undefined || at - latest.at >= 0.1) samples.push({ at, frames });
    while (samples.length > 2 && at - samples[1]!.at >= this.#window) samples.shift();
    const first = samples[0]!;
    return at > first.at ? (frames - first.frames) / (at - first.at) : 0;
  }
}

/**
 * Guesses when a counter is done, by its rate from the first frame on: the wait for that one is the start of the work, not
 * its pace. It says nothing before some seconds of work have passed.
 */
export class Forecast {
  readonly #meter = new RateMeter(FORECAST_WINDOW);
  readonly #from: number;
  #begunAt: number | undefined;

  /** @param from the counter before the work began */
  constructor(from: number) {
    this.#from = from;
  }

  /** Notes the counter at a time; gives the seconds that are left. */
  note(frames: number, at: number, total: number | undefined): number | undefined {
    if (frames <= this.#from) return undefined;
    this.#begunAt ??= at;
    const fps = this.#meter.note(frames, at);
    return at - this.#begunAt < FORECAST_AFTER ? undefined : etaOf(frames, total, fps);
  }
}

/** Seconds left at this rate, or undefined where nothing can be said. */
export function etaOf(frames: number, total: number | undefined, fps: number): number | undefined {
  return total === undefined || fps <= 0 ? undefined : Math.max(0, total - frames) / fps;
}

/** `street.mp4: 1234 of 3000 frames (41 %), 87.3 fps, 0:20 left, cpu` */
export function lineOf({ label, device, frames, total, fps, eta }: ProgressState): string {
  const parts = [
    total === undefined ? `${frames} frames` : `${frames} of ${total} frames (${percent(frames, total)} %)`,
    `${fps.toFixed(1)} fps`,
    ...(eta === undefined ? [] : [`${clock(eta)} left`]),
    ...(device === undefined ? [] : [device]),
  ];
  return `${label}: ${parts.join(', ')}`;
}

/** A line that fits the terminal: name, bar, counts. `columns` is the terminal's width in characters. */
export function barOf(state: ProgressState, columns: number): string {
  const { label, device, frames, total, fps, eta } = state;
  const counts =
    (total === undefined ? `${frames} frames` : `${percent(frames, total)} % ${frames}/${total}`) +
    `  ${fps.toFixed(1)} fps${eta === undefined ? '' : `  ${clock(eta)}`}${device === undefined ? '' : `  ${device}`}`;
  const name = label.length > 28 ? `…${label.slice(-27)}` : label;
  const room = Math.min(30, columns - name.length - counts.length - 5);
  if (total === undefined || room < 5) return `${name}  ${counts}`.slice(0, columns - 1);
  const full = Math.round((room * Math.min(frames, total)) / Math.max(total, 1));
  return `${name}  ${'█'.repeat(full)}${'░'.repeat(room - full)}  ${counts}`;
}

/** `1:05` or `2:03:09`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function percent(frames: number, total: number): number {
  return total <= 0 ? 100 : Math.min(100, Math.floor((100 * frames) / total));
}
