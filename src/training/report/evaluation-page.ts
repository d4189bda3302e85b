import { COCO_THRESHOLDS } from '#vision/metrics/coco.js';
import { THRESHOLD_STEPS } from '#vision/metrics/curves.js';
import { type Evaluation, meanCurve } from '../evaluation/evaluation.js';
import { heatMap } from './heat-map.js';
import { type LineChart, lineChart } from './line-chart.js';
import { colourOf, escapeMarkup, figure } from './markup.js';
import { type Headline, type Section, table } from './page.js';
import { type PictureCard, pictureCard } from './picture-card.js';

const RECALLS = Float64Array.from({ length: 101 }, (_, n) => n / 100);
const THRESHOLDS = Float64Array.from({ length: THRESHOLD_STEPS + 1 }, (_, n) => n / THRESHOLD_STEPS);
/** Curves need no more points than a chart has px. */
const EVERY = 5;

/** The figures that a reader looks for first. */
export function evaluationHeadlines({ metrics, pictures, threshold, f1, falsePositives }: Evaluation): Headline[] {
  return [
    { value: figure(metrics.AP50), name: 'AP50', note: 'IoU 0.50' },
    { value: figure(metrics.AP), name: 'AP', note: `IoU ${COCO_THRESHOLDS[0]} to ${COCO_THRESHOLDS.at(-1)}` },
    { value: figure(metrics.AP75), name: 'AP75', note: 'IoU 0.75' },
    { value: figure(metrics.AR100), name: 'AR100', note: '100 boxes a picture' },
    { value: figure(f1), name: 'F1', note: `at threshold ${figure(threshold, 2)}` },
    { value: figure(falsePositives.all, 2), name: 'false boxes a picture', note: `over ${pictures} pictures` },
  ];
}

/** Tables and plots of an evaluation. */
export function evaluationSections(evaluation: Evaluation, worst: readonly PictureCard[]): Section[] {
  const sections: Section[] = [
    {
      id: 'classes',
      title: 'Classes',
      lead: 'Average precision as COCO defines it; precision, recall and F1 at IoU 0.5 and at the score threshold that suits the class best.',
      body: classTable(evaluation),
    },
    {
      id: 'sizes',
      title: 'Sizes',
      lead: 'Small objects cover less than 32² px of the source picture, large ones more than 96².',
      body: sizeTable(evaluation),
    },
    {
      id: 'curves',
      title: 'Curves',
      body: `<div class="charts">${curveCharts(evaluation).map(lineChart).join('\n')}</div>`,
    },
    {
      id: 'confusion',
      title: 'Confusion',
      lead: `What was found where something is, at IoU 0.5 and score ${figure(evaluation.threshold, 2)}. Bottom row: missed. Last column: found where nothing is.`,
      body: confusionMap(evaluation),
    },
  ];
  if (worst.length > 0) {
    sections.push({
      id: 'worst',
      title: 'Worst pictures',
      lead: 'Dashed white boxes are the truth, coloured ones what was found; the picture that was read worst comes first.',
      body: `<div class="pictures">${worst.map((card) => pictureCard(card, evaluation.labels)).join('')}</div>`,
    });
  }
  return sections;
}

function classTable({ metrics, curves, labels }: Evaluation): string {
  const bar = (value: number, colour: string): string =>
    value < 0
      ? '–'
      : `<span class="bar" style="--v:${(100 * value).toFixed(1)}%;--c:${colour}">${figure(value)}</span>`;
  const rows = metrics.perClass
    .filter(({ truths, classId }) => truths > 0 || curves[classId]!.best.f1 > 0)
    .map(({ classId, truths, AP, AP50, AR100 }) => {
      const { threshold, precision, recall, f1 } = curves[classId]!.best;
      const dot = `<i class="dot" style="background:${colourOf(classId)}"></i>`;
      const name = `${dot}${escapeMarkup(labels[classId]!)}`;
      const point = [precision, recall, f1, threshold].map((value) => figure(truths > 0 ? value : undefined, 2));
      return [name, String(truths), bar(AP50, colourOf(classId)), figure(AP), figure(AR100), ...point];
    });
  const truths = metrics.perClass.reduce((sum, one) => sum + one.truths, 0);
  const all = [
    'all',
    String(truths),
    bar(metrics.AP50, 'var(--ink)'),
    figure(metrics.AP),
    figure(metrics.AR100),
    '',
    '',
    '',
    '',
  ];
  const head = ['class', 'objects', 'AP50', 'AP', 'AR100', 'precision', 'recall', 'F1', 'threshold'];
  return table(head, rows, all);
}

function sizeTable({ metrics }: Evaluation): string {
  const { APs, APm, APl, ARs, ARm, ARl, AP, AR1, AR10, AR100 } = metrics;
  return table(
    ['', 'all', 'small', 'medium', 'large'],
    [
      ['AP', figure(AP), figure(APs), figure(APm), figure(APl)],
      ['AR, 100 boxes', figure(AR100), figure(ARs), figure(ARm), figure(ARl)],
      ['AR, 10 boxes', figure(AR10), '', '', ''],
      ['AR, 1 box', figure(AR1), '', '', ''],
    ],
  );
}

function curveCharts({ curves, labels, threshold, f1, metrics }: Evaluation): LineChart[] {
  const judged = curves.filter(({ truths }) => truths > 0);
  const range = [0, 1] as const;
  const thinned = (values: ArrayLike<number>): number[] => Array.from(values).filter((_, n) => n % EVERY === 0);
  const byThreshold = (title: string, pick: 'precision' | 'recall' | 'f1'): LineChart => ({
    title,
    xLabel: 'score threshold',
    yLabel: pick === 'f1' ? 'F1' : pick,
    xRange: range,
    yRange: range,
    series: [
      ...judged.map((one) => ({ ...named(one.classId), x: thinned(THRESHOLDS), y: thinned(one[pick]) })),
      { name: 'mean', strong: true, x: thinned(THRESHOLDS), y: thinned(meanCurve(curves, (one) => one[pick])) },
    ],
    ...(pick === 'f1' && { marks: [{ x: threshold, y: f1, text: `${figure(f1, 2)} at ${figure(threshold, 2)}` }] }),
  });
  const named = (classId: number): { name: string; colour: string } => ({
    name: labels[classId]!,
    colour: colourOf(classId),
  });
  const precisionRecall: LineChart = {
    title: 'Precision over recall',
    xLabel: 'recall',
    yLabel: 'precision',
    xRange: range,
    yRange: range,
    series: [
      ...judged.map((one) => ({
        ...named(one.classId),
        note: figure(metrics.perClass[one.classId]!.AP50),
        x: RECALLS,
        y: one.precisionAtRecall,
      })),
      {
        name: 'mean',
        strong: true,
        note: figure(metrics.AP50),
        x: RECALLS,
        y: meanCurve(curves, (one) => one.precisionAtRecall),
      },
    ],
  };
  return [
    precisionRecall,
    byThreshold('F1 over the score threshold', 'f1'),
    byThreshold('Precision over the score threshold', 'precision'),
    byThreshold('Recall over the score threshold', 'recall'),
  ];
}

function confusionMap({ confusion, labels }: Evaluation): string {
  const used = usedClasses(confusion.counts, labels.length);
  const size = labels.length + 1;
  return heatMap({
    title: 'Confusion matrix',
    rowsAre: 'found',
    columnsAre: 'there',
    rows: used.map((classId) => labels[classId] ?? 'missed'),
    columns: used.map((classId) => labels[classId] ?? 'nothing'),
    counts: used.flatMap((row) => used.map((column) => confusion.counts[row * size + column]!)),
  });
}

/** Classes that occur in the matrix, and the background. */
function usedClasses(counts: Uint32Array, classCount: number): number[] {
  const size = classCount + 1;
  return Array.from({ length: size }, (_, one) => one).filter((one) => {
    if (one === classCount) return true;
    for (let other = 0; other < size; other++) {
      if (counts[one * size + other]! + counts[other * size + one]! > 0) return true;
    }
    return false;
  });
}
