import type { Box } from '#core/box.js';
import { correct, deviation, initiate, KALMAN_VALUES, predict } from './kalman.js';

/** Numbers that a motion model keeps per track: four coordinates, each with its velocity and covariance. */
export const FILTER_VALUES = 4 * KALMAN_VALUES;
const [X, Y, THIRD, FOURTH] = [0, KALMAN_VALUES, 2 * KALMAN_VALUES, 3 * KALMAN_VALUES];
const VELOCITY = 1;

/** Where a box will be. Boxes have an area above 0; `steps` counts frames of the reference rate. */
export interface Motion {
  initiate(filter: Float64Array, box: Box): void;
  /** `seen`: the track was matched in the frame before. */
  predict(filter: Float64Array, steps: number, seen: boolean): void;
  correct(filter: Float64Array, box: Box): void;
  /**
   * Squared Mahalanobis distance of a box from where the track may be: how many standard deviations its centre and its
   * size (height or area) are off, squared and summed (Wojke et al., equation 1, without the aspect).
   */
  distance(filter: Float64Array, box: Box): number;
  /** Writes the box's corners at `at` of `out`; without area where the filter ran away. */
  write(filter: Float64Array, out: Float64Array, at: number): void;
}

const POSITION = 1 / 20;
const SPEED = 1 / 160;
const square = (value: number): number => value * value;

/**
 * ByteTrack's and DeepSORT's model: centre x, centre y, aspect (width / height) and height, with noise in proportion to
 * the height (N. Wojke et al., arXiv 1703.07402; Y. Zhang et al., arXiv 2110.06864). A lost track's height stands still.
 */
export const centreHeight: Motion = {
  initiate(filter, box) {
    const [cx, cy, aspect, h] = aspectHeight(box);
    const place = square(2 * POSITION * h);
    const speed = square(10 * SPEED * h);
    initiate(filter, X, { x: cx, pxx: place, pvv: speed });
    initiate(filter, Y, { x: cy, pxx: place, pvv: speed });
    initiate(filter, THIRD, { x: aspect, pxx: square(1e-2), pvv: square(1e-5) });
    initiate(filter, FOURTH, { x: h, pxx: place, pvv: speed });
  },
  predict(filter, steps, seen) {
    const h = filter[FOURTH];
    if (!seen) filter[FOURTH + VELOCITY] = 0;
    const noise = { steps, qx: square(POSITION * h), qv: square(SPEED * h) };
    predict(filter, X, noise);
    predict(filter, Y, noise);
    predict(filter, THIRD, { steps, qx: square(1e-2), qv: square(1e-5) });
    predict(filter, FOURTH, noise);
  },
  correct(filter, box) {
    const [cx, cy, aspect, h] = aspectHeight(box);
    const r = square(POSITION * filter[FOURTH]);
    correct(filter, X, cx, r);
    correct(filter, Y, cy, r);
    correct(filter, THIRD, aspect, square(1e-1));
    correct(filter, FOURTH, h, r);
  },
  distance(filter, box) {
    const [cx, cy, , h] = aspectHeight(box);
    const r = square(POSITION * filter[FOURTH]);
    return deviation(filter, X, cx, r) + deviation(filter, Y, cy, r) + deviation(filter, FOURTH, h, r);
  },
  write(filter, out, at) {
    const h = Math.max(0, filter[FOURTH]);
    writeCentred(out, at, [filter[X], filter[Y], Math.max(0, filter[THIRD]) * h, h]);
  },
};

/**
 * SORT's model: centre x, centre y, area and aspect; the aspect stays constant, the area never turns negative
 * (A. Bewley et al., arXiv 1602.00763; variances of its published code).
 */
export const centreArea: Motion = {
  initiate(filter, box) {
    const [cx, cy, area, aspect] = areaAspect(box);
    initiate(filter, X, { x: cx, pxx: 10, pvv: 1e4 });
    initiate(filter, Y, { x: cy, pxx: 10, pvv: 1e4 });
    initiate(filter, THIRD, { x: area, pxx: 10, pvv: 1e4 });
    initiate(filter, FOURTH, { x: aspect, pxx: 10, pvv: 0 });
  },
  predict(filter, steps) {
    if (filter[THIRD] + steps * filter[THIRD + VELOCITY] <= 0) filter[THIRD + VELOCITY] = 0;
    predict(filter, X, { steps, qx: 1, qv: 0.01 });
    predict(filter, Y, { steps, qx: 1, qv: 0.01 });
    predict(filter, THIRD, { steps, qx: 1, qv: 1e-4 });
    predict(filter, FOURTH, { steps, qx: 1, qv: 0 });
  },
  correct(filter, box) {
    const [cx, cy, area, aspect] = areaAspect(box);
    correct(filter, X, cx, 1);
    correct(filter, Y, cy, 1);
    correct(filter, THIRD, area, 10);
    correct(filter, FOURTH, aspect, 10);
  },
  distance(filter, box) {
    const [cx, cy, area] = areaAspect(box);
    return deviation(filter, X, cx, 1) + deviation(filter, Y, cy, 1) + deviation(filter, THIRD, area, 10);
  },
  write(filter, out, at) {
    const width = Math.sqrt(Math.max(0, filter[THIRD] * filter[FOURTH]));
    writeCentred(out, at, [filter[X], filter[Y], width, width > 0 ? filter[THIRD] / width : 0]);
  },
};

type Four = readonly [number, number, number, number];

function aspectHeight([x1, y1, x2, y2]: Box): Four {
  return [(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / (y2 - y1), y2 - y1];
}

function areaAspect([x1, y1, x2, y2]: Box): Four {
  return [(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) * (y2 - y1), (x2 - x1) / (y2 - y1)];
}

function writeCentred(out: Float64Array, at: number, [cx, cy, w, h]: Four): void {
  out[at] = cx - w / 2;
  out[at + 1] = cy - h / 2;
  out[at + 2] = cx + w / 2;
  out[at + 3] = cy + h / 2;
}
