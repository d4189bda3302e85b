import type { BoxFigures } from '#vision/metrics/coco.js';
import type { Evaluation } from './evaluation.js';

const COLUMNS = 'class,objects,AP,AP50,AP75,APs,APm,APl,AR1,AR10,AR100,precision,recall,F1,threshold';

/**
 * The per-class table as CSV (RFC 4180), `all` last; figures to 6 decimals, empty where there is none. Precision, recall
 * and F1 hold at IoU 0.5 and the threshold of the same row.
 */
export function resultsCsv({ metrics, curves, labels, threshold, f1 }: Evaluation): string {
  const cell = (value: number): string => (value < 0 ? '' : String(Math.round(value * 1e6) / 1e6));
  const figures = ({ AP, AP50, AP75, APs, APm, APl, AR1, AR10, AR100 }: BoxFigures): string[] =>
    [AP, AP50, AP75, APs, APm, APl, AR1, AR10, AR100].map(cell);
  const rows = metrics.perClass.map((one) => {
    const { best } = curves[one.classId]!;
    const point = one.truths > 0 ? [best.precision, best.recall, best.f1, best.threshold].map(cell) : ['', '', '', ''];
    return [quoted(labels[one.classId]!), one.truths, ...figures(one), ...point].join(',');
  });
  const truths = metrics.perClass.reduce((sum, one) => sum + one.truths, 0);
  const all = ['all', truths, ...figures(metrics), '', '', cell(f1), cell(threshold)].join(',');
  return `${[COLUMNS, ...rows, all].join('\r\n')}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
