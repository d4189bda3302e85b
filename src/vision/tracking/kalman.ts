/**
 * Kalman filter of one coordinate with constant velocity: position x, velocity v, and the covariance's pxx, pxv, pvv,
 * five numbers in a row at `at` of `filter`. The trackers' 8x8 filters couple each position with its own velocity only
 * and have diagonal noise, so four of these are exactly the same filter, without a matrix.
 */
export const KALMAN_VALUES = 5;

export function initiate(filter: Float64Array, at: number, start: { x: number; pxx: number; pvv: number }): void {
  filter[at] = start.x;
  filter[at + 1] = 0;
  filter[at + 2] = start.pxx;
  filter[at + 3] = 0;
  filter[at + 4] = start.pvv;
}

/**
 * Moves `steps` frames ahead (any number above 0). `qx` and `qv` are the variances that one frame adds to position and
 * velocity; for whole numbers this equals that many predictions of one frame each:
 * Qxx = n qx + qv (n-1) n (2n-1) / 6, Qxv = qv n (n-1) / 2, Qvv = n qv.
 */
export function predict(filter: Float64Array, at: number, noise: { steps: number; qx: number; qv: number }): void {
  const { steps: n, qx, qv } = noise;
  const pxv = filter[at + 3];
  const pvv = filter[at + 4];
  filter[at] += n * filter[at + 1];
  filter[at + 2] += n * (2 * pxv + n * pvv + qx) + Math.max(0, (qv * (n - 1) * n * (2 * n - 1)) / 6);
  filter[at + 3] = pxv + n * pvv + Math.max(0, (qv * n * (n - 1)) / 2);
  filter[at + 4] = pvv + n * qv;
}

/** Takes in a measured position of variance `r`. */
export function correct(filter: Float64Array, at: number, measured: number, r: number): void {
  const pxx = filter[at + 2];
  const pxv = filter[at + 3];
  const kx = pxx / (pxx + r);
  const kv = pxv / (pxx + r);
  const error = measured - filter[at];
  filter[at] += kx * error;
  filter[at + 1] += kv * error;
  filter[at + 2] = (1 - kx) * pxx;
  filter[at + 3] = (1 - kx) * pxv;
  filter[at + 4] -= kv * pxv;
}

/** How far a measured position of variance `r` is from the expected one, in standard deviations, squared. */
export function deviation(filter: Float64Array, at: number, measured: number, r: number): number {
  const error = measured - filter[at];
  return (error * error) / (filter[at + 2] + r);
}
