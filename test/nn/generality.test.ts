import { describe, expect, it } from 'vitest';
import { sourceOf, unflatten } from '#nn/flat.js';
import { conv, convTranspose } from '#nn/layers/convolution.js';
import { flatten as flattened, linear } from '#nn/layers/linear.js';
import {
  averagePool,
  dropout,
  globalAverage,
  globalMax,
  inception,
  maxPool,
  residual,
  sequential,
  upsample,
} from '#nn/layers/structure.js';
import { layoutOf } from '#nn/layout.js';
import {
  bceWithLogits,
  focalLoss,
  mean,
  normaliseRows,
  smoothL1,
  softmaxCrossEntropy,
  tripletLoss,
  wingLoss,
} from '#nn/losses/elementary.js';
import type { Loss } from '#nn/losses/loss.js';
import { type Module, Net, type Network } from '#nn/net.js';
import { adam } from '#nn/optimisers/transforms.js';
import { compileStep } from '#nn/step.js';
import type { GraphBuilder, Value } from '#onnx/builder.js';
import {
  emittedGradients,
  type GradientCase,
  type Kind,
  numericGradients,
  random,
  relativeError,
} from '../autodiff/numeric.js';
import { Trainer } from './support.js';

const smooth = { norm: false, activation: 'silu' } as const;

/** A module on an input of this shape, its parameters fed as one vector: gradients of both are checked. */
function caseOf(module: Module, dims: readonly number[], kind: Kind = 'normal'): GradientCase {
  const network: Network = (net, x) => ({ y: module(net, x) });
  const { parameters, parameterCount } = layoutOf(network, { dims });
  const inputs = [{ dims, kind }, ...(parameterCount > 0 ? [{ dims: [parameterCount] }] : [])];
  const build: GradientCase['build'] = (g, [x, flat]) => {
    const values = flat === undefined ? new Map<string, Value>() : unflatten(g, flat, parameters, 'cpu');
    const net = new Net(g, { mode: 'train', source: sourceOf(values, new Map()), seed: g.ints([3]) });
    return g.op.Mul(module(net, x!), g.scalar(0.5));
  };
  return { op: 'Mul', inputs, build };
}

async function expectTrueGradients(it: GradientCase): Promise<void> {
  const emitted = await emittedGradients(it);
  for (const [name, expected] of await numericGradients(it)) {
    expect(Math.max(...expected.map(Math.abs)), `nothing depends on ${name}`).toBeGreaterThan(0);
    expect(relativeError(emitted.get(name)!, expected), name).toBeLessThan(3e-3);
  }
}

const MODULES: readonly (readonly [string, Module, readonly number[], Kind?])[] = [
  ['a convolution of signals', conv('c', 3, { ...smooth, stride: 2 }), [2, 2, 7]],
  ['a convolution of volumes', conv('c', 2, { ...smooth, stride: [1, 2, 2] }), [1, 2, 3, 4, 4]],
  ['a convolution without padding', conv('c', 2, { ...smooth, padding: 'valid' }), [1, 2, 4, 5]],
  ['a convolution with padding of its own', conv('c', 2, { ...smooth, padding: [0, 1, 2, 0] }), [1, 2, 4, 4]],
  ['a dilated convolution', conv('c', 2, { ...smooth, dilation: 2 }), [1, 2, 5, 5]],
  ['a convolution in groups', conv('c', 4, { ...smooth, groups: 2 }), [1, 4, 4, 4]],
  ['a 1x1 convolution', conv('c', 3, { ...smooth, kernel: 1 }), [2, 4, 3, 3]],
  ['a transposed convolution', convTranspose('c', 2, smooth), [1, 3, 3, 3]],
  ['a transposed convolution of signals', convTranspose('c', 2, smooth), [1, 3, 4]],
  ['a transposed convolution of volumes', convTranspose('c', 2, smooth), [1, 2, 2, 2, 2]],
  ['maximum pooling', maxPool(), [1, 2, 4, 4], 'spread'],
  ['average pooling', averagePool({ kernel: 3, stride: 1, pads: [1, 1, 1, 1] }), [1, 2, 4, 4]],
  ['the mean of a map', globalAverage, [2, 3, 3, 3]],
  ['the maximum of a map', globalMax, [2, 3, 3, 3], 'spread'],
  ['a fully connected layer', sequential(flattened, linear('fc', 3)), [2, 2, 3]],
  ['upsampling', upsample(2), [1, 2, 3, 3]],
  ['linear upsampling', upsample(2, 'linear'), [1, 2, 3, 3]],
  ['dropout', dropout(0.5), [2, 8]],
  ['softmax', ({ g }, x) => g.op.Softmax(x, { axis: 1 }), [2, 4]],
  ['an identity shortcut', residual('r', conv('c', 2, smooth)), [1, 2, 4, 4]],
  [
    'an Inception module',
    inception('i', { one: 1, three: [1, 2], five: [1, 1], pool: 1 }, smooth),
    [1, 2, 4, 4],
    'spread',
  ],
];

const LOSSES: readonly (readonly [
  string,
  (g: GraphBuilder, xs: readonly Value[]) => Value,
  readonly number[],
  number,
])[] = [
  ['binary cross entropy', (g, [x]) => bceWithLogits(g, x!, g.floats([0, 1, 0.3, 1], [4])), [4], 1],
  ['focal loss', (g, [x]) => focalLoss(g, x!, g.floats([0, 1, 0.3, 1], [4])), [4], 1],
  [
    'softmax cross entropy',
    (g, [x]) => softmaxCrossEntropy(g, x!, g.floats([1, 0, 0, 0, 0.5, 0.5], [2, 3])),
    [2, 3],
    1,
  ],
  ['smooth L1', (g, [x]) => smoothL1(g, x!, g.scalar(0), 0.4), [8], 1],
  ['wing loss', (g, [x]) => wingLoss(g, x!, g.scalar(0), { width: 0.45, epsilon: 0.2 }), [8], 1],
  ['rows of length 1', (g, [x]) => normaliseRows(g, x!), [2, 3], 1],
  ['triplet loss', (g, xs) => tripletLoss(g, xs as [Value, Value, Value], 5), [2, 3], 3],
];

describe('the gradient with respect to the input and to all parameters is true', () => {
  it.each(MODULES.map(([name, module, dims, kind = 'normal']) => [name, { module, dims, kind }] as const))(
    'of %s',
    async (_, { module, dims, kind }) => {
      await expectTrueGradients(caseOf(module, dims, kind));
    },
  );

  it('of a shortcut with a projection', async () => {
    // The projection has a normalisation, whose statistics the layout holds as states: its gradient is that of batch-norm.ts.
    const projected: Module = (net, x) =>
      net.g.op.Add(
        conv('p', 3, { ...smooth, kernel: 1, stride: 2 })(net, x),
        conv('c', 3, { ...smooth, stride: 2 })(net, x),
      );
    await expectTrueGradients(caseOf(projected, [1, 2, 4, 4]));
  });

  it.each(LOSSES)('of %s', async (_, build, dims, count) => {
    const inputs = Array.from({ length: count }, () => ({ dims, kind: 'spread' as const }));
    await expectTrueGradients({ op: 'Mul', inputs, build: (g, xs) => g.op.Mul(build(g, xs), g.scalar(1)) });
  });
});

/** Trains a network on the same batch and gives the losses by part, first and last. */
async function learnt(
  network: Network,
  loss: Loss,
  fed: { dims: readonly number[]; data: Float32Array },
  targets = {},
) {
  const compiled = compileStep({ network, input: { dims: fed.dims }, loss, optimiser: adam() });
  const trainer = await Trainer.start(compiled);
  const all: Record<string, number>[] = [];
  for (let step = 0; step < 80; step++) all.push(await trainer.run({ input: fed, ...targets }));
  await trainer.close();
  return { first: all[0]!, last: all.at(-1)! };
}

const N = 12;
/** Noise with a bright spot at a place of its own. */
function spots() {
  const next = random(4);
  const data = Float32Array.from({ length: N * 64 }, () => 0.1 * next());
  const places = Array.from({ length: N }, () => [1 + Math.floor(6 * next()), 1 + Math.floor(6 * next())] as const);
  places.forEach(([x, y], n) => {
    data[64 * n + 8 * y + x] = 2;
  });
  return { fed: { dims: [N, 1, 8, 8], data }, places };
}

describe('what is to be trained later can be trained', () => {
  it('landmarks, by wing loss', async () => {
    const { fed, places } = spots();
    const network: Network = (net, x) => ({
      points: sequential(conv('a', 8), flattened, linear('fc', 2))(net, x),
    });
    const loss: Loss = {
      targets: () => ({ truth: { dims: [N, 2] } }),
      build: (g, { points }, { truth }) => {
        const total = mean(g, wingLoss(g, points!, truth!));
        return { total, parts: { points: total } };
      },
    };
    const { first, last } = await learnt(network, loss, fed, { truth: { dims: [N, 2], data: places.flat() } });
    expect(last.loss!).toBeLessThan(0.2 * first.loss!);
  });

  it('embeddings, by triplet loss: anchors, positives and negatives in one batch', async () => {
    const next = random(7);
    const pattern = Array.from({ length: 2 }, () => Float32Array.from({ length: 16 }, () => 2 * next() - 1));
    const rows = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
    const data = Float32Array.from(
      rows.flatMap((id) => [...pattern[id]!].map((value) => value + 1.5 * (next() - 0.5))),
    );
    const network: Network = (net, x) => ({
      embedding: normaliseRows(net.g, sequential(conv('a', 8), globalAverage, linear('fc', 4))(net, x)),
    });
    const loss: Loss = {
      targets: () => ({}),
      build: (g, { embedding }) => {
        const triplet = g.split(embedding!, [4, 4, 4], 0) as unknown as [Value, Value, Value];
        const total = mean(g, tripletLoss(g, triplet, 0.5));
        return { total, parts: { triplet: total } };
      },
    };
    const { first, last } = await learnt(network, loss, { dims: [12, 1, 16], data });
    expect(first.loss!).toBeGreaterThan(0.05);
    expect(last.loss!).toBeLessThan(0.01);
  });

  it('an Inception network whose side branch is taught too', async () => {
    const { fed, places } = spots();
    const network: Network = (net, x) => {
      const inner = inception('one', { one: 4, three: [4, 4], five: [2, 2], pool: 2 })(net, x);
      const side = sequential(globalMax, linear('side', 2))(net, inner);
      const outer = inception('two', { one: 4, three: [4, 4], five: [2, 2], pool: 2 })(net, inner);
      return { main: sequential(flattened, linear('fc', 2))(net, outer), side };
    };
    const loss: Loss = {
      targets: () => ({ classes: { dims: [N, 2] } }),
      build: (g, { main, side }, { classes }) => {
        const [whole, aside] = [main!, side!].map((logits) => mean(g, softmaxCrossEntropy(g, logits, classes!)));
        return { total: g.op.Add(whole!, g.op.Mul(aside!, g.scalar(0.3))), parts: { main: whole!, side: aside! } };
      },
    };
    const data = places.flatMap(([x]) => (x < 4 ? [1, 0] : [0, 1]));
    const { first, last } = await learnt(network, loss, fed, { classes: { dims: [N, 2], data } });
    expect(last['loss/main']!).toBeLessThan(0.1 * first['loss/main']!);
    expect(last['loss/side']!).toBeLessThan(first['loss/side']!);
  });
});
