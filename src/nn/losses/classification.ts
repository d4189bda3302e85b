import { mean, softmaxCrossEntropy } from './elementary.js';
import type { Loss } from './loss.js';

/**
 * Softmax cross entropy of one output of logits `[N, C]`. Target: `classes` `[N, C]`, one row of probabilities per
 * picture (one-hot, smoothed or mixed).
 */
export function classificationLoss(output: string): Loss {
  return {
    targets: (outputs) => ({ classes: { dims: outputs[output]! } }),
    build: (g, outputs, { classes }) => {
      const loss = mean(g, softmaxCrossEntropy(g, outputs[output]!, classes!));
      return { total: loss, parts: { classes: loss } };
    },
  };
}
