import type { Box } from '#core/box.js';

/** A box as fusion reads and gives it. */
export interface FusedBox {
  readonly box: Box;
  readonly classId: number;
  /** 0..1 */
  readonly score: number;
}

export interface FusionOptions {
  /** IoU from which boxes of one class are taken for one object. */
  readonly iou?: number;
  /** How much each source's word counts; 1 each by default. */
  readonly weights?: readonly number[];
  /** Boxes with a lower score are left out before anything else. */
  readonly skipBelow?: number;
}

interface Cluster {
  box: [number, number, number, number];
  readonly classId: number;
  readonly members: { readonly box: Box; readonly score: number }[];
}

/**
 * Weighted box fusion (Solovyev, Wang & Gabruseva 2019, arXiv:1910.13302, section 3): the boxes of several models, or of one
 * model on several views, become one box per object, the mean of its members weighted by their scores.
 *
 * Boxes of all sources are taken by falling score (the first among equals) and join the cluster of their class that their
 * IoU with its fused box is highest for, if above the threshold. A cluster's score is the mean of its members' weighted
 * scores times min(members, sources) / sum of weights (equation 6), so that what only one source saw counts for less.
 * @param sources the boxes of each model or view, in the same pixels
 * @returns best score first
 * @throws RangeError when there are not as many weights as sources
 */
export function fuseBoxes(sources: readonly (readonly FusedBox[])[], options: FusionOptions = {}): FusedBox[] {
  const { iou: threshold = 0.55, skipBelow = 0 } = options;
  const weights = options.weights ?? sources.map(() => 1);
  if (weights.length !== sources.length) {
    throw new RangeError(`fuseBoxes: expected ${sources.length} weights, got ${weights.length}`);
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const boxes = sources
    .flatMap((list, source) => list.map((one) => ({ ...one, weighted: one.score * weights[source]! })))
    .filter(({ score }) => score >= skipBelow)
    .map(({ box, classId, weighted }) => ({ box, classId, score: weighted }))
    .sort((left, right) => right.score - left.score);
  const clusters: Cluster[] = [];
  for (const one of boxes) {
    const home = nearestCluster(one, clusters, threshold);
    if (home === undefined) {
      clusters.push({ box: [...one.box], classId: one.classId, members: [one] });
      continue;
    }
    home.members.push(one);
    refit(home);
  }
  return clusters
    .map(({ box, classId, members }) => {
      const mean = members.reduce((sum, { score }) => sum + score, 0) / members.length;
      return { box, classId, score: (mean * Math.min(members.length, sources.length)) / total };
    })
    .sort((left, right) => right.score - left.score);
}

function nearestCluster(
  { box, classId }: FusedBox,
  clusters: readonly Cluster[],
  threshold: number,
): Cluster | undefined {
  let best: Cluster | undefined;
  let bestIou = threshold;
  for (const cluster of clusters) {
    if (cluster.classId !== classId) continue;
    const overlap = iouOf(box, cluster.box);
    if (overlap <= bestIou) continue;
    best = cluster;
    bestIou = overlap;
  }
  return best;
}

/** Moves a cluster's box to the mean of its members, weighted by score; the plain mean where all scores are 0. */
function refit(cluster: Cluster): void {
  const total = cluster.members.reduce((sum, { score }) => sum + score, 0);
  for (let side = 0; side < 4; side++) {
    let sum = 0;
    for (const { box, score } of cluster.members)
      sum += box[side]! * (total > 0 ? score / total : 1 / cluster.members.length);
    cluster.box[side] = sum;
  }
}

function iouOf(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (!(width > 0 && height > 0)) return 0;
  const intersection = width * height;
  return intersection / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - intersection);
}
