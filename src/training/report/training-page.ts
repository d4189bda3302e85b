import { inlineYaml } from '#config/inline-yaml.js';
import type { EpochRecord } from '../run/state.js';
import { type LineChart, lineChart } from './line-chart.js';
import { escapeMarkup, figure } from './markup.js';
import type { Section } from './page.js';

/** The curves of a run. */
export function trainingSections(history: readonly EpochRecord[]): Section[] {
  const charts = [apChart(history), lossChart(history), rateChart(history)].filter((chart) => chart !== undefined);
  const sections: Section[] = [];
  if (history.length > 0) {
    sections.push({
      id: 'training',
      title: 'Training',
      lead: 'Validation figures are those of the moving average of the parameters, which is what is exported.',
      body: `<div class="charts">${charts.map(lineChart).join('\n')}</div>`,
    });
  }
  return sections;
}

/** What a run was made with, one line per key as the recipe has them. */
export function recipeSection(recipe: Readonly<Record<string, unknown>>): Section {
  const lines = Object.entries(recipe).map(([key, value]) => `${key}: ${inlineYaml(value)}`);
  return { id: 'recipe', title: 'Recipe', body: `<pre>${escapeMarkup(lines.join('\n'))}</pre>` };
}

function epochsOf(history: readonly EpochRecord[]): number[] {
  return history.map(({ epoch }) => epoch + 1);
}

function apChart(history: readonly EpochRecord[]): LineChart | undefined {
  const looks = history.filter(({ AP }) => AP !== undefined);
  if (looks.length === 0) return undefined;
  const best = looks.reduce((one, other) => (other.AP! > one.AP! ? other : one));
  const x = epochsOf(looks);
  return {
    title: 'Average precision on the validation pictures',
    xLabel: 'epoch',
    yLabel: 'AP',
    series: [
      { name: 'AP50', x, y: looks.map(({ AP50 }) => AP50!) },
      { name: 'AP', x, y: looks.map(({ AP }) => AP!) },
    ],
    marks: [{ x: best.epoch + 1, y: best.AP!, text: `${figure(best.AP)} in epoch ${best.epoch + 1}` }],
  };
}

function lossChart(history: readonly EpochRecord[]): LineChart | undefined {
  const names = Object.keys(history[0]?.losses ?? {}).filter((name) => name !== 'total');
  if (names.length === 0) return undefined;
  const x = epochsOf(history);
  return {
    title: 'Loss on the training pictures, weighted',
    xLabel: 'epoch',
    yLabel: 'loss',
    series: names.map((name) => ({ name, x, y: history.map(({ losses }) => losses[name] ?? Number.NaN) })),
  };
}

function rateChart(history: readonly EpochRecord[]): LineChart | undefined {
  if (history.length === 0) return undefined;
  return {
    title: 'Learning rate at the end of each epoch',
    xLabel: 'epoch',
    yLabel: 'rate',
    series: [{ name: 'rate', x: epochsOf(history), y: history.map(({ rate }) => rate) }],
  };
}

/** The history as CSV, one line per epoch. */
export function historyCsv(history: readonly EpochRecord[]): string {
  const names = Object.keys(history[0]?.losses ?? {});
  const head = ['epoch', ...names, 'AP', 'AP50', 'rate', 'size', 'trainedSeconds'].join(',');
  const lines = history.map(({ epoch, losses, AP, AP50, rate, size, trainedSeconds }) =>
    [
      epoch + 1,
      ...names.map((name) => losses[name] ?? ''),
      AP ?? '',
      AP50 ?? '',
      rate,
      size,
      trainedSeconds.toFixed(1),
    ].join(','),
  );
  return `${[head, ...lines].join('\r\n')}\r\n`;
}
