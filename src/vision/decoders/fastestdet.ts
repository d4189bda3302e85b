import type { DecoderOf } from './decoder.js';
import { bestOf, outputNamed, shapeError, sigmoid } from './values.js';

/**
 * FastestDet: a map of objectness, x, y, w, h and C classes, scores after their activation.
 * centre = (cell + tanh(xy)) / grid and size = sigmoid(wh), both of the whole input; score = objectness^0.6 * class^0.4, one
 * candidate per cell (dog-qiuqiu FastestDet `utils/tool.py` `handle_preds`).
 */
export const fastestdet: DecoderOf<'fastestdet'> = ({ output }, { classes, input }) => ({
  landmarkCount: 0,
  decode(outputs, floor, into) {
    const { data, dims } = outputNamed(outputs, output);
    const [channels, rows, columns] = dims.slice(-3);
    if (channels !== 5 + classes) throw shapeError(output, `[1, ${5 + classes}, H, W]`, dims);
    const cells = rows * columns;
    // Both factors are at most 1, so objectness^0.6 alone has to reach the floor.
    const least = floor ** (1 / 0.6) * 0.9999;
    for (let cell = 0; cell < cells; cell++) {
      const objectness = data[cell];
      if (!(objectness >= least)) continue;
      const best = bestOf(data, cell + 5 * cells, cells, classes);
      if (best < 0) continue;
      const score = Math.fround(objectness ** 0.6 * data[cell + (5 + best) * cells] ** 0.4);
      const [x, y, w, h] = [1, 2, 3, 4].map((channel) => data[cell + channel * cells]);
      // tanh and sigmoid would make finite numbers of infinite ones.
      if (!(score >= floor) || (x + y + w + h) * 0 !== 0) continue;
      const centreX = (((cell % columns) + Math.tanh(x)) / columns) * input.width;
      const centreY = ((Math.floor(cell / columns) + Math.tanh(y)) / rows) * input.height;
      const halfWidth = (sigmoid(w) * input.width) / 2;
      const halfHeight = (sigmoid(h) * input.height) / 2;
      into.add(centreX - halfWidth, centreY - halfHeight, centreX + halfWidth, centreY + halfHeight, score, best);
    }
  },
});
