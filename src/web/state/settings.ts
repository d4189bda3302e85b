import type { Marks } from '../drawing/overlay.js';
import type { PaceChoice } from '../playout/pace.js';

export type Theme = 'auto' | 'dark' | 'light';

/** What a viewer chose; kept in this browser. */
export interface Settings {
  /** Least score, 0..1. */
  readonly threshold: number;
  /** Labels that are not shown. */
  readonly hidden: readonly string[];
  readonly marks: Marks;
  readonly pace: PaceChoice;
  readonly theme: Theme;
}

export const DEFAULTS: Settings = {
  threshold: 0,
  hidden: [],
  marks: { labels: true, ids: true, scores: true, landmarks: true, trails: true },
  pace: 'auto',
  theme: 'auto',
};

const PACES: readonly PaceChoice[] = ['auto', 'exact', 'smooth', 'fast'];
const THEMES: readonly Theme[] = ['auto', 'dark', 'light'];

/** Reads settings from anything; what makes no sense is as if it were not there. */
export function readSettings(value: unknown): Settings {
  const from = typeof value === 'object' && value !== null ? (value as Partial<Record<keyof Settings, unknown>>) : {};
  return {
    threshold: readThreshold(from.threshold) ?? DEFAULTS.threshold,
    hidden: Array.isArray(from.hidden) ? from.hidden.filter((label) => typeof label === 'string') : DEFAULTS.hidden,
    marks: readMarks(from.marks),
    pace: PACES.find((pace) => pace === from.pace) ?? DEFAULTS.pace,
    theme: THEMES.find((theme) => theme === from.theme) ?? DEFAULTS.theme,
  };
}

function readMarks(value: unknown): Marks {
  const from = typeof value === 'object' && value !== null ? (value as Partial<Record<keyof Marks, unknown>>) : {};
  const marks = Object.entries(DEFAULTS.marks).map(([name, shown]) => {
    const own = from[name as keyof Marks];
    return [name, typeof own === 'boolean' ? own : shown];
  });
  return Object.fromEntries(marks) as unknown as Marks;
}

/** 0..0.99 in steps of 0.01, or undefined. */
function readThreshold(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number.NaN;
  return number >= 0 && number <= 0.99 ? Math.round(number * 100) / 100 : undefined;
}
