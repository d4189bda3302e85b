// The scores from which detections of models/street are worth showing.
import { scoreCurves, THRESHOLD_STEPS } from '../../../dist/vision/metrics/curves.js';

/** Most false boxes of all classes together per picture that holds none of them: 0.1 is allowed, and the pictures are few. */
export const MOST_FALSE = 0.05;
/** A miss and a false box count alike (F1) where each class does best; no score is lower than this. */
const LEAST = 0.25;

/**
 * Per class where F1 is highest on the held-back pictures; then step by step the class is raised that loses least of its F1 with
 * its faintest false box, until pictures without any of the classes hold fewer than {@link MOST_FALSE} boxes on average.
 */
export function chooseThresholds({ pictures, empty, labels }) {
  const curves = scoreCurves(pictures, labels.length);
  const scores = curves.map(({ best: { threshold } }) => rounded(Math.max(LEAST, threshold)));
  while (falsePerPicture(empty, scores) >= MOST_FALSE) {
    const [cheapest] = curves
      .map(({ f1 }, id) => {
        const faintest = Math.min(...falseScores(empty, id).filter((score) => score >= scores[id]));
        const raised = rounded(faintest + STEP);
        const lost = f1[Math.round(scores[id] / STEP)] - f1[Math.round(raised / STEP)];
        return { id, raised, lost };
      })
      .filter(({ raised }) => raised < 1)
      .sort((one, other) => one.lost - other.lost);
    scores[cheapest.id] = cheapest.raised;
  }
  return {
    score: Math.min(...scores),
    perClass: Object.fromEntries(labels.map((label, id) => [label, scores[id]])),
  };
}

const STEP = 1 / THRESHOLD_STEPS;
/** Up to a whole step, as text writes it. */
const rounded = (score) => Math.ceil(score * THRESHOLD_STEPS - 1e-6) / THRESHOLD_STEPS;

function falseScores(pictures, id) {
  return pictures.flatMap(({ detections }) =>
    detections.filter(({ classId }) => classId === id).map(({ score }) => score),
  );
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
