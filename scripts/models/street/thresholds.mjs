// The scores from which detections of models/street are worth showing.
import { scoreCurves } from '../../../dist/vision/metrics/curves.js';

/** Most false boxes of all classes together per picture that holds none of them: 0.1 is allowed, and the pictures are few. */
export const MOST_FALSE = 0.06;
/** A miss and a false box count alike (F1) where each class does best; no score is lower than this. */
const LEAST = 0.2;

/**
 * Per class where F1 is highest on the held-back pictures; then all are raised together until pictures without any of the
 * classes hold fewer than {@link MOST_FALSE} boxes on average.
 */
export function chooseThresholds({ pictures, empty, labels }) {
  const curves = scoreCurves(pictures, labels.length);
  const best = curves.map(({ best: { threshold } }) => Math.max(LEAST, threshold));
  const raised = (by) => best.map((score) => Math.min(0.9, score + by));
  let by = 0;
  while (by < 0.5 && falsePerPicture(empty, raised(by)) >= MOST_FALSE) by += 0.01;
  const scores = raised(by).map((score) => Math.round(score * 1000) / 1000);
  return {
    score: Math.min(...scores),
    perClass: Object.fromEntries(labels.map((label, id) => [label, scores[id]])),
  };
}

/** False boxes per picture of one half of the empty pictures at the scores that the other half chose, the mean of both ways. */
export function falseOfOtherHalf({ pictures, empty, labels }) {
  const half = (rest) => empty.filter((_, n) => n % 2 === rest);
  const found = [0, 1].map((rest) => {
    const { perClass } = chooseThresholds({ pictures, empty: half(rest), labels });
    const scores = labels.map((label) => perClass[label]);
    return falsePerPicture(half(1 - rest), scores);
  });
  return (found[0] + found[1]) / 2;
}

/** Boxes per picture at a score per class; every one is false where nothing is. */
export function falsePerPicture(pictures, scores) {
  const boxes = pictures.flatMap(({ detections }) =>
    detections.filter(({ classId, score }) => score >= scores[classId]),
  );
  return boxes.length / pictures.length;
}
