import { LookoutError } from '#core/errors.js';
import { matricesOf } from './dense.js';
import type { ModelFacts } from './facts.js';

// RT-DETR as Ultralytics exports it: rows [1, 300, 4+C] of centre and size in fractions of the input and C class scores
// (`RTDETRPredictor.postprocess`). With two classes they have the shape of final rows: x1, y1, x2, y2 in px, score, class.

const FINAL_COLUMNS = 6;

/** `Ultralytics rtdetr-l model trained on ...`, and the head's class in newer files. */
function saysSo({ metadata }: ModelFacts): boolean {
  return ['description', 'head'].some((key) => /rt-?detr/i.test(metadata.get(key) ?? ''));
}

/** Whether the exporter noted that the graph suppresses by itself, or as many names as no RT-DETR of such rows has. */
function deniesIt({ metadata, labels }: ModelFacts): boolean {
  const suppresses = metadata.get('end2end') === 'True' || /'nms':\s*True/.test(metadata.get('args') ?? '');
  return suppresses || (labels !== undefined && labels.length !== FINAL_COLUMNS - 4);
}

/** Rows that lie in 0..1 and end in what is no class id; final rows, those of padding too, end in whole numbers. */
function hasQueries(facts: ModelFacts): boolean {
  return matricesOf(facts).some(({ output, columns }) => {
    const values = facts.values.get(output.name);
    if (!values || columns !== FINAL_COLUMNS) return false;
    const ids = values.filter((_, at) => at % columns === FINAL_COLUMNS - 1);
    return values.every((value) => value >= 0 && value <= 1) && ids.some((id) => !Number.isInteger(id));
  });
}

/** @throws LookoutError kind `model` for an RT-DETR, which would be read as something else */
export function refuseRtDetr(facts: ModelFacts): void {
  const named = saysSo(facts);
  if (!named && (deniesIt(facts) || !hasQueries(facts))) return;
  const why = named
    ? 'its metadata says so'
    : 'in a test inference all of its rows of 6 lie in 0..1 and end in no class number, which fits two class scores';
  throw new LookoutError(
    'model',
    `the file is an RT-DETR (${why}): expected a YOLO or a face detector, found rows of cx, cy, w, h in fractions of the ` +
      'input and a score per class, which lookout does not read; export a YOLO model instead',
  );
}
