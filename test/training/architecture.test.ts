import { describe, expect, it } from 'vitest';
import { layoutOf } from '#nn/layout.js';
import { anchorsOf, detectorOf } from '#training/detector/architecture.js';
import { recipeSchema } from '#training/recipe/recipe.js';

const recipeOf = (model: object) => recipeSchema.parse({ kind: 'train', model });
const sizes = Array.from({ length: 60 }, (_, n) => [6 + 4 * n, 5 + 3 * n] as const);

describe('the architecture of a recipe', () => {
  it.each([
    { model: { architecture: 'tiny' }, strides: [8, 16, 32], millions: [1.4, 1.6] },
    { model: { architecture: 'tiny', strides: [16, 32] }, strides: [16, 32], millions: [1.3, 1.5] },
    { model: { architecture: 'tiny', strides: [32, 8, 16] }, strides: [8, 16, 32], millions: [1.4, 1.6] },
    { model: { architecture: 'tiny', strides: [16] }, strides: [16], millions: [1, 1.5] },
    { model: { architecture: 'compact' }, strides: [8, 16, 32], millions: [1.8, 2] },
    { model: { architecture: 'compact', strides: [16] }, strides: [16], millions: [1.3, 1.6] },
    { model: { architecture: 'small' }, strides: [8, 16, 32], millions: [3, 5] },
    { model: { architecture: 'small', strides: [16, 32] }, strides: [16, 32], millions: [3, 5] },
  ])('$model has heads at $strides', ({ model, strides, millions }) => {
    const recipe = recipeOf(model);
    const anchors = anchorsOf(recipe, sizes);
    expect(anchors.byHead.map((head) => head.length)).toEqual(strides.map(() => 3));
    const { network, heads } = detectorOf(recipe, 4, anchors);
    expect(heads.map(({ stride }) => stride)).toEqual(strides);
    const { parameterCount } = layoutOf(network, { dims: [1, 3, 320, 320] });
    expect(parameterCount / 1e6).toBeGreaterThan(millions[0]!);
    expect(parameterCount / 1e6).toBeLessThan(millions[1]!);
  });

  it('takes given anchors as they are, the smallest to the finest head', () => {
    const anchors = [
      [60, 50],
      [10, 12],
      [20, 18],
      [90, 80],
    ];
    const { byHead, bestPossibleRecall } = anchorsOf(recipeOf({ anchors, strides: [16, 32] }), sizes);
    expect(byHead).toEqual([
      [
        [10, 12],
        [20, 18],
      ],
      [
        [60, 50],
        [90, 80],
      ],
    ]);
    expect(bestPossibleRecall).toBeGreaterThan(0.9);
    expect(() => anchorsOf(recipeOf({ anchors: anchors.slice(1), strides: [16, 32] }), sizes)).toThrow(RangeError);
  });
});
