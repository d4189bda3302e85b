/** The values that a tensor takes over the calibration pictures, as a histogram between its extremes. */
export class RangeObserver {
  #low = 0;
  #high = 0;
  #bins = new Float64Array(0);

  /** First pass: extremes. Zero is always inside, since padding and bias need it exactly. */
  widen(values: Float32Array): void {
    for (let n = 0; n < values.length; n++) {
      const value = values[n]!;
      if (value < this.#low) this.#low = value;
      else if (value > this.#high) this.#high = value;
    }
  }

  /** Second pass: the histogram. */
  count(values: Float32Array): void {
    if (this.#bins.length === 0) this.#bins = new Float64Array(BINS);
    const width = this.#width();
    if (width === 0) return;
    for (let n = 0; n < values.length; n++) {
      const bin = Math.floor((values[n]! - this.#low) / width);
      this.#bins[bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin]!++;
    }
  }

  /**
   * The range whose 256 steps lose least: the square error of rounding inside and of clipping outside, over all pairs of
   * ends on a grid between zero and the extremes (MSE calibration, as in Nagel et al. 2021, arXiv:2106.08295, section 3.1).
   */
  bestRange(): { readonly low: number; readonly high: number } {
    const width = this.#width();
    if (width === 0) return { low: this.#low, high: this.#high };
    let best = { low: this.#low, high: this.#high };
    let least = Number.POSITIVE_INFINITY;
    for (const shrinkHigh of SHRINK) {
      for (const shrinkLow of this.#low < 0 ? SHRINK : [1]) {
        const [low, high] = [this.#low * shrinkLow, this.#high * shrinkHigh];
        const error = this.#errorOf(low, high, width);
        if (error >= least) continue;
        least = error;
        best = { low, high };
      }
    }
    return best;
  }

  #width(): number {
    return (this.#high - this.#low) / BINS;
  }

  #errorOf(low: number, high: number, width: number): number {
    const rounding = ((high - low) / 255) ** 2 / 12;
    let error = 0;
    for (let bin = 0; bin < BINS; bin++) {
      if (this.#bins[bin] === 0) continue;
      const value = this.#low + (bin + 0.5) * width;
      const beyond = value < low ? low - value : value > high ? value - high : 0;
      error += this.#bins[bin]! * (beyond > 0 ? beyond * beyond : rounding);
    }
    return error;
  }
}

const BINS = 2048;
const SHRINK = Array.from({ length: 24 }, (_, n) => 1 - n / 26);
