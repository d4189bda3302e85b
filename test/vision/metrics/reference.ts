// A slow, literal reading of pycocotools/cocoeval.py (2.0.x) for boxes: dictionaries, no bit masks, no early exits.
import type { JudgedPicture } from '#vision/metrics/pictures.js';

const THRESHOLDS = Array.from({ length: 10 }, (_, i) => (i === 9 ? 0.95 : i * ((0.95 - 0.5) / 9) + 0.5));
const AREAS = [
  [0, 1e10],
  [0, 1024],
  [1024, 9216],
  [9216, 1e10],
] as const;

interface Match {
  score: number;
  matched: boolean[];
  ignored: boolean[];
}

const iou = (d: readonly number[], g: readonly number[], crowd: boolean): number => {
  const w = Math.min(d[2]!, g[2]!) - Math.max(d[0]!, g[0]!);
  const h = Math.min(d[3]!, g[3]!) - Math.max(d[1]!, g[1]!);
  if (w <= 0 || h <= 0) return 0;
  const da = (d[2]! - d[0]!) * (d[3]! - d[1]!);
  const ga = (g[2]! - g[0]!) * (g[3]! - g[1]!);
  return (w * h) / (crowd ? da : da + ga - w * h);
};
const area = (box: readonly number[]): number => (box[2]! - box[0]!) * (box[3]! - box[1]!);

function evaluatePicture(picture: JudgedPicture, classId: number, range: readonly [number, number]) {
  const gts = picture.truths
    .filter((truth) => truth.classId === classId)
    .map((truth) => {
      const size = truth.area ?? area(truth.box);
      return { ...truth, ignore: truth.crowd === true || size < range[0] || size > range[1] };
    });
  const gt = [...gts.filter((g) => !g.ignore), ...gts.filter((g) => g.ignore)];
  const dts = picture.detections.filter((found) => found.classId === classId);
  const dt = dts.map((d, i) => ({ d, i })).sort((a, b) => b.d.score - a.d.score || a.i - b.i);
  const top = dt.slice(0, 100).map(({ d }) => d);
  const matches: Match[] = top.map(({ score }) => ({ score, matched: [], ignored: [] }));
  for (const t of THRESHOLDS) {
    const used = new Set<number>();
    top.forEach((d, di) => {
      let best = Math.min(t, 1 - 1e-10);
      let m = -1;
      for (let gi = 0; gi < gt.length; gi++) {
        if (used.has(gi) && gt[gi]!.crowd !== true) continue;
        if (m > -1 && !gt[m]!.ignore && gt[gi]!.ignore) break;
        const value = iou(d.box, gt[gi]!.box, gt[gi]!.crowd === true);
        if (value < best) continue;
        best = value;
        m = gi;
      }
      const outside = area(d.box) < range[0] || area(d.box) > range[1];
      matches[di]!.matched.push(m > -1);
      matches[di]!.ignored.push(m > -1 ? gt[m]!.ignore : outside);
      if (m > -1) used.add(m);
    });
  }
  return { matches, positives: gt.filter((g) => !g.ignore).length };
}

function accumulate(pictures: readonly JudgedPicture[], classId: number, a: number, maxDetections: number) {
  const images = pictures.map((picture) => evaluatePicture(picture, classId, AREAS[a]!));
  const positives = images.reduce((sum, image) => sum + image.positives, 0);
  if (positives === 0) return undefined;
  const all = images.flatMap(({ matches }) => matches.slice(0, maxDetections)).map((match, i) => ({ match, i }));
  const sorted = all.sort((x, y) => y.match.score - x.match.score || x.i - y.i).map(({ match }) => match);
  return THRESHOLDS.map((_, t) => {
    let tp = 0;
    let fp = 0;
    const points = sorted.map(({ matched, ignored }) => {
      if (!ignored[t] && matched[t]) tp++;
      if (!ignored[t] && !matched[t]) fp++;
      return { pr: tp / (fp + tp + 2 ** -52), rc: tp / positives };
    });
    const q = Array.from({ length: 101 }, (_, r) => {
      const from = points.findIndex(({ rc }) => rc >= r * 0.01);
      return from < 0 ? 0 : Math.max(...points.slice(from).map(({ pr }) => pr));
    });
    return { ap: q.reduce((sum, value) => sum + value, 0) / 101, recall: points.at(-1)?.rc ?? 0 };
  });
}

/** The twelve figures of COCO's summary. */
export function referenceFigures(pictures: readonly JudgedPicture[], classCount: number): Record<string, number> {
  const classes = Array.from({ length: classCount }, (_, k) => k);
  const figure = (key: 'ap' | 'recall', a: number, maxDetections: number, t?: number): number => {
    const values = classes.flatMap((k) => {
      const rows = accumulate(pictures, k, a, maxDetections);
      return (rows ?? []).filter((_, index) => t === undefined || index === t).map((row) => row[key]);
    });
    return values.length === 0 ? -1 : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    AP: figure('ap', 0, 100),
    AP50: figure('ap', 0, 100, 0),
    AP75: figure('ap', 0, 100, 5),
    APs: figure('ap', 1, 100),
    APm: figure('ap', 2, 100),
    APl: figure('ap', 3, 100),
    AR1: figure('recall', 0, 1),
    AR10: figure('recall', 0, 10),
    AR100: figure('recall', 0, 100),
    ARs: figure('recall', 1, 100),
    ARm: figure('recall', 2, 100),
    ARl: figure('recall', 3, 100),
  };
}
