import type { TrainingEpoch, TrainingRecord } from '#core/training-record.js';

/** A line over the epochs; values that are not finite leave a gap. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface Curves {
  readonly title: string;
  readonly lines: readonly Curve[];
  /** Lowest value of the axis; chosen by the values where absent. */
  readonly low?: number;
  readonly mark?: { readonly x: number; readonly y: number; readonly text: string };
}

/** Told apart on white and on black. */
const COLOURS = ['#3b82f6', '#e8590c', '#12a150', '#a855f7', '#c98a00', '#0e9fb3'];

/** The curves of a run; those that have nothing to show yet are left out. */
export function curvesOf({ history, best }: TrainingRecord): Curves[] {
  const looks = history.filter(({ AP }) => AP !== undefined);
  const mark = best && { x: best.epoch + 1, y: best.AP, text: `best ${best.AP.toFixed(3)}` };
  const all: Curves[] = [
    {
      title: 'Average precision on held-out pictures',
      lines: [curve('AP50', 0, looks, ({ AP50 }) => AP50), curve('AP', 1, looks, ({ AP }) => AP)],
      low: 0,
      ...(mark && { mark }),
    },
    {
      title: 'Loss on the training pictures',
      lines: lossNames(history).map((name, index) => loss(name, index, history)),
    },
    { title: 'Learning rate', lines: [curve('rate', 0, history, ({ rate }) => rate)], low: 0 },
  ];
  return all.filter(({ lines }) => lines.some(({ x }) => x.length > 0));
}

/** The parts, and their sum where there are several. */
function lossNames(history: readonly TrainingEpoch[]): string[] {
  const names = Object.keys(history[0]?.losses ?? {});
  const parts = names.filter((name) => name !== 'total');
  return parts.length > 0 ? parts : names;
}

function loss(name: string, index: number, history: readonly TrainingEpoch[]): Curve {
  return curve(name, index, history, ({ losses }) => losses[name]);
}

function curve(
  name: string,
  index: number,
  epochs: readonly TrainingEpoch[],
  value: (epoch: TrainingEpoch) => number | undefined,
): Curve {
  const y = epochs.map((epoch) => value(epoch) ?? Number.NaN);
  return { name, colour: COLOURS[index % COLOURS.length]!, x: epochs.map(({ epoch }) => epoch + 1), y };
}
