import type { ValueSpec } from '#core/card.js';
import { FACE_LANDMARKS } from '../coco-labels.js';
import { faceRowsOf, hasFacePoints, yolov8, yolov8Pose } from './dense.js';
import { cellsOf, cellsOfAll, type ModelFacts, shapeOf } from './facts.js';
import { LETTERBOX_114, type Preset, shifted } from './preset.js';

// Face detectors. Outputs are matched by shape, for many files have numbers for names. N rows.

const FACE = ['face'];
const FIVE_POINTS = 2 * FACE_LANDMARKS.length;

/** Row count and name of the outputs `[N, columns]`, most rows first. */
function matrices(outputs: readonly ValueSpec[], columns: number): { readonly name: string; readonly rows: number }[] {
  return outputs
    .flatMap((output) => {
      const [rows, found] = shapeOf(output, 2) ?? [];
      return rows !== undefined && found === columns ? [{ name: output.name, rows }] : [];
    })
    .sort((a, b) => b.rows - a.rows);
}

interface Head {
  readonly stride: number;
  readonly score: string;
  readonly box: string;
  readonly landmarks?: string;
}

function scrfdHeads({ outputs, size }: ModelFacts, anchorsPerCell: number): Head[] | undefined {
  const [scores, boxes, points] = [matrices(outputs, 1), matrices(outputs, 4), matrices(outputs, FIVE_POINTS)];
  if (scores.length === 0 || boxes.length !== scores.length || ![0, scores.length].includes(points.length))
    return undefined;
  const heads: Head[] = [];
  for (const [at, { name: score, rows }] of scores.entries()) {
    const stride = [8, 16, 32, 64, 128].find((each) => cellsOf(size, each) * anchorsPerCell === rows);
    const landmarks = points[at];
    if (stride === undefined || boxes[at]!.rows !== rows || (landmarks && landmarks.rows !== rows)) return undefined;
    heads.push({ stride, score, box: boxes[at]!.name, ...(landmarks ? { landmarks: landmarks.name } : {}) });
  }
  return heads;
}

/** `det_thresh` of `FaceAnalysis.prepare` and `nms_thresh` of `SCRFD` in insightface. */
const INSIGHTFACE = { score: 0.5, iou: 0.4 };

/** insightface SCRFD (Guo et al. 2021): distances from two anchors per cell. */
export const scrfd: Preset = {
  name: 'scrfd',
  defaultSize: 640,
  stride: 32,
  expects: 'per stride [1, N, 1], [1, N, 4] and optionally [1, N, 10]',
  read: (facts) => {
    const feeding = shifted({ fit: 'letterbox-top-left', padding: 0, channels: 'RGB' }, 127.5, 128);
    for (const anchorsPerCell of [2, 1]) {
      const heads = scrfdHeads(facts, anchorsPerCell);
      if (!heads) continue;
      const landmarks = heads[0]!.landmarks === undefined ? {} : { landmarks: FACE_LANDMARKS };
      const decoder = { kind: 'scrfd', heads, anchorsPerCell } as const;
      return { feeding, decoder, classes: 1, labels: FACE, ...landmarks, thresholds: INSIGHTFACE };
    }
    return undefined;
  },
};

const PRIORS = [
  { stride: 8, sizes: [16, 32] },
  { stride: 16, sizes: [64, 128] },
  { stride: 32, sizes: [256, 512] },
];

/** biubug6/Pytorch_Retinaface: SSD regression against two priors per cell. */
export const retinaface: Preset = {
  name: 'retinaface',
  defaultSize: 640,
  stride: 32,
  expects: '[1, N, 4], [1, N, 2] and [1, N, 10], N = 2 per cell of strides 8, 16, 32',
  read: ({ outputs, size }) => {
    const rows = 2 * cellsOfAll(size, [8, 16, 32]);
    const [boxes] = matrices(outputs, 4);
    const [scores] = matrices(outputs, 2);
    const [points] = matrices(outputs, FIVE_POINTS);
    if (!boxes || !scores || !points || [boxes, scores, points].some((each) => each.rows !== rows)) return undefined;
    const [box, score, landmarks] = [boxes.name, scores.name, points.name];
    return {
      feeding: { fit: 'stretch', padding: 0, channels: 'BGR', mean: [104, 117, 123], std: [1, 1, 1] },
      decoder: { kind: 'retinaface', boxes: box, scores: score, landmarks, priors: PRIORS, variances: [0.1, 0.2] },
      classes: 1,
      labels: FACE,
      landmarks: FACE_LANDMARKS,
      thresholds: { score: 0.5, iou: 0.4 },
    };
  },
};

/** Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB: corners in fractions of the input. */
export const ultraface: Preset = {
  name: 'ultraface',
  defaultSize: 320,
  stride: 32,
  expects: '[1, N, 2] and [1, N, 4]',
  read: ({ outputs }) => {
    const [scores, moreScores] = matrices(outputs, 2);
    const [boxes, moreBoxes] = matrices(outputs, 4);
    if (!scores || !boxes || moreScores || moreBoxes || scores.rows !== boxes.rows) return undefined;
    if (matrices(outputs, FIVE_POINTS).length > 0) return undefined;
    return {
      feeding: shifted({ fit: 'stretch', padding: 0, channels: 'RGB' }, 127, 128),
      decoder: { kind: 'ultraface', boxes: boxes.name, scores: scores.name },
      classes: 1,
      labels: FACE,
      thresholds: { score: 0.5, iou: 0.3 },
    };
  },
};

const BINS = 16;

/** Raw maps of YOLOv8 face: 4 distributions of 16 bins, C = 1 class, K points of three numbers. */
function readMaps({ outputs, size }: ModelFacts) {
  const heads = outputs.flatMap((output) => {
    const [values, height, width] = shapeOf(output, 3) ?? [];
    const stride = [8, 16, 32, 64].find((each) => height === size.height / each && width === size.width / each);
    return values !== undefined && stride !== undefined ? [{ output: output.name, stride, values }] : [];
  });
  const values = heads[0]?.values ?? 0;
  const points = (values - 4 * BINS - 1) / 3;
  if (heads.length < 2 || !Number.isInteger(points) || points < 0) return undefined;
  if (heads.some((head) => head.values !== values)) return undefined;
  const sorted = heads.sort((a, b) => a.stride - b.stride).map(({ output, stride }) => ({ output, stride }));
  return { kind: 'distribution', heads: sorted, bins: BINS, landmarks: points } as const;
}

export const yolov8Face: Preset = {
  name: 'yolov8-face',
  defaultSize: 640,
  stride: 32,
  expects: 'per stride [1, 64+1+15, H, W], or [1, 4+1+15, N], or [1, 4+1, N]',
  read: (facts) => {
    const decoder = readMaps(facts);
    const landmarks = decoder?.landmarks === FACE_LANDMARKS.length ? { landmarks: FACE_LANDMARKS } : {};
    if (decoder) return { feeding: LETTERBOX_114, decoder, classes: 1, labels: FACE, ...landmarks };
    const plain = yolov8.read(facts);
    if (plain?.classes === 1) return { ...plain, labels: FACE };
    const joined = yolov8Pose.read({ ...facts, named: true });
    if (joined?.landmarks?.length !== FACE_LANDMARKS.length || joined.classes !== 1) return undefined;
    return { ...joined, labels: FACE };
  },
};

/**
 * deepcam-cn/yolov5-face `export.py`: rows decoded in the graph, points in px. Its files hold no names; a file of 11 names, or
 * whose numbers in the points' place all lie in 0..1, is YOLOv5 of 11 classes.
 */
export const yolov5Face: Preset = {
  name: 'yolov5-face',
  defaultSize: 640,
  stride: 32,
  expects: 'rows [1, N, 4+1+10+1] decoded in the graph, N = 3 per cell, points in px',
  read: (facts) => {
    const found = faceRowsOf(facts);
    const isOne = facts.labels === undefined || facts.labels.length === 1;
    // One name says it; without names, and without a user who says it, the numbers do.
    const told = facts.named || facts.labels?.length === 1;
    if (!found || !(isOne || facts.named) || !(told || hasFacePoints(facts, found))) return undefined;
    const decoder = { kind: 'rows', output: found.output.name, landmarks: FACE_LANDMARKS.length } as const;
    return { feeding: LETTERBOX_114, decoder, classes: 1, labels: FACE, landmarks: FACE_LANDMARKS };
  },
};
