import { conv } from '../layers/convolution.js';
import { flatten, linear } from '../layers/linear.js';
import { maxPool, sequential } from '../layers/structure.js';
import type { Network } from '../net.js';

/** The first convolutional network of many courses, LeNet-5 (LeCun et al. 1998) with max pooling and ReLU: CONV(5,1,8)-POOL-CONV(5,1,16)-POOL-FC120-FC84-10. */
const layers = sequential(
  conv('conv1', 8, { kernel: 5, padding: 'valid', norm: false, activation: 'relu' }),
  maxPool(),
  conv('conv2', 16, { kernel: 5, padding: 'valid', norm: false, activation: 'relu' }),
  maxPool(),
  flatten,
  linear('fc3', 120, { activation: 'relu' }),
  linear('fc4', 84, { activation: 'relu' }),
  linear('logits', 10),
);

/** Pictures `[N, 3, 32, 32]` to `logits` `[N, 10]`; softmax belongs to the loss, and to the exported model's end. */
export const courseCnn: Network = (net, input) => ({ logits: layers(net, input) });
