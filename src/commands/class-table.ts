import type { Evaluation } from '#training/evaluation/evaluation.js';

/** The per-class figures as lines of text, aligned. */
export function classTable({ metrics, curves, labels, threshold, f1 }: Evaluation): string {
  const cell = (value: number, digits = 3): string => (value < 0 ? '-' : value.toFixed(digits));
  const rows = metrics.perClass
    .filter(({ truths }) => truths > 0)
    .map(({ classId, truths, AP50, AP, AR100 }) => {
      const { best } = curves[classId]!;
      const point = [best.precision, best.recall, best.f1, best.threshold].map((value) => cell(value, 2));
      return [labels[classId]!, String(truths), cell(AP50), cell(AP), cell(AR100), ...point];
    });
  const objects = metrics.perClass.reduce((sum, { truths }) => sum + truths, 0);
  const figures = [metrics.AP50, metrics.AP, metrics.AR100].map((value) => cell(value));
  const all = ['all', String(objects), ...figures, '', '', cell(f1, 2), cell(threshold, 2)];
  const head = ['class', 'objects', 'AP50', 'AP', 'AR100', 'precision', 'recall', 'F1', 'threshold'];
  const lines = [head, ...rows, all];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join('  '),
    )
    .join('\n');
}
