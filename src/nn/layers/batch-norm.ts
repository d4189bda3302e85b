import { batchNorm as trainingBatchNorm } from '#autodiff/batch-norm.js';
import { sizeOf, type Value } from '#onnx/builder.js';
import { type Initialiser, ones, zeros } from '../initialisers.js';
import type { Net } from '../net.js';

export interface BatchNormOptions {
  readonly epsilon?: number;
  /** Of the scale; zeros make a residual branch start as nothing (Goyal et al. 2017). */
  readonly initialise?: Initialiser;
}

/**
 * Batch normalisation of `[N, C, ...]`: by the batch in training, which also reports its mean and unbiased variance to
 * the running statistics, by those otherwise.
 */
export function batchNorm(net: Net, x: Value, { epsilon = 1e-3, initialise = ones }: BatchNormOptions = {}): Value {
  const dims = [x.dims[1]!];
  return net.in('norm', () => {
    const scale = net.parameter('scale', { dims, initialise, decay: false });
    const shift = net.parameter('shift', { dims, initialise: zeros, decay: false });
    const mean = net.state('mean', { dims, fill: 0 });
    const variance = net.state('variance', { dims, fill: 1 });
    if (!net.usesBatchStatistics) return net.g.op.BatchNormalization(x, scale, shift, mean, variance, { epsilon });
    const batch = trainingBatchNorm(net.g, [x, scale, shift], epsilon);
    const count = sizeOf(x) / x.dims[1]!;
    net.report('mean', batch.mean, 1);
    net.report('variance', batch.variance, count / Math.max(1, count - 1));
    return batch.y;
  });
}
