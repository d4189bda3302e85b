import type { TrainingRecord } from '#core/training-record.js';
import { duration, type Tone } from '../state/words.js';

/** A run that says nothing for so long is not running any more: it writes every two seconds, a look may take minutes. */
const DEAD_AFTER_MS = 300_000;

export interface RunWords {
  readonly tone: Tone;
  readonly title: string;
}

/** A run's state for people. */
export function runWords({ state }: Pick<TrainingRecord, 'state'>, silentMs: number): RunWords {
  if (state === 'finished') return { tone: 'idle', title: 'Finished' };
  if (state === 'interrupted') return { tone: 'idle', title: 'Interrupted' };
  if (state === 'failed') return { tone: 'bad', title: 'Failed' };
  if (silentMs > DEAD_AFTER_MS) return { tone: 'bad', title: `No sign of life for ${duration(silentMs)}` };
  return { tone: 'good', title: 'Training' };
}

const REASONS: Readonly<Record<string, string>> = {
  finished: 'all epochs done',
  time: 'the time was up',
  patience: 'stopped early: no progress any more',
  interrupted: 'it can be gone on with: --resume',
};

/** Where a run stands, in two short sentences. */
export function progressWords({ now, state, reason }: TrainingRecord): { where: string; rest: string } {
  if (now === undefined) return { where: state === 'training' ? 'Getting ready' : '', rest: reason ?? '' };
  const { epoch, epochs, step, steps_per_epoch, progress, seconds_left } = now;
  const of = epochs === undefined ? '' : ` of ${Math.max(epochs, epoch + 1)}`;
  const where = `Epoch ${epoch + 1}${of}, step ${step} of ${steps_per_epoch}`;
  const percent = `${percentOf(progress)} %`;
  if (state !== 'training') return { where, rest: REASONS[reason ?? ''] ?? reason ?? percent };
  return { where, rest: seconds_left === undefined ? percent : `${percent} · ${duration(seconds_left * 1000)} left` };
}

/** Whole percent of a share, 100 only at the end. */
export function percentOf(share: number): number {
  return Math.min(100, Math.floor(share * 100 + 1e-6));
}

/** A figure in three digits: `0.326`, `1.24e-4`, `12.3`; a dash for none. */
export function figure(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1).replace('e-', 'e−');
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
