import type { Annotation } from '#core/annotation.js';
import type { Random } from '#core/random.js';
import { pcaOffsets, shiftColours } from './colour.js';
import { addNoise, blur, cutOut, mixIn, symmetricBeta } from './degrade.js';
import { type Laid, layOutMosaic, layOutSingle } from './layout.js';
import { paint } from './paint.js';
import { pasteObjects } from './paste.js';
import { type Canvas, createCanvas, type LabelledPicture, PADDING_GREY } from './picture.js';
import { mirrorLandmarks, placeAnnotations } from './place.js';
import type { AugmentationPolicy } from './policy.js';

/** Which pictures one training picture is made of. */
export interface Recipe {
  /** One picture, or four for a mosaic. */
  readonly tiles: readonly number[];
  /** Pictures that objects are pasted from. */
  readonly pasted: readonly number[];
  /** What shines through, if anything does. */
  readonly mixed?: Recipe;
}

/** Draws what a training picture is made of. `partner` draws another picture. */
export function drawRecipe(
  index: number,
  random: Random,
  plan: { policy: AugmentationPolicy; partner: () => number },
): Recipe {
  const { policy, partner } = plan;
  const tiles = random.chance(policy.mosaic.probability) ? [index, partner(), partner(), partner()] : [index];
  if (tiles.length > 1) random.shuffle(tiles);
  const pasted = random.chance(policy.copyPaste.probability)
    ? Array.from({ length: 1 + random.below(Math.max(1, policy.copyPaste.count)) }, partner)
    : [];
  if (!random.chance(policy.mixup.probability)) return { tiles, pasted };
  const alone = { ...policy, mixup: { ...policy.mixup, probability: 0 } };
  return { tiles, pasted, mixed: drawRecipe(partner(), random, { policy: alone, partner }) };
}

export interface ComposeOptions {
  readonly random: Random;
  readonly policy: AugmentationPolicy;
  /** The landmark that each one becomes in a mirror. */
  readonly mirrored?: readonly number[] | undefined;
}

/**
 * Makes one training picture: every picture is resampled once, through all its geometry; then the canvas is changed as a whole.
 * @param canvas is painted over entirely
 * @param pictures those of the recipe, by index
 * @returns the objects to be learnt; `difficult` ones are to be left out of the loss
 */
export function compose(
  canvas: Canvas,
  recipe: Recipe,
  { pictures, ...options }: ComposeOptions & { readonly pictures: (index: number) => LabelledPicture },
): Annotation[] {
  const { random, policy } = options;
  canvas.data.fill(PADDING_GREY);
  const tiles = recipe.tiles.map(pictures);
  let annotations = paintTiles(canvas, tiles, options);
  if (recipe.pasted.length > 0) {
    const from = recipe.pasted.map(pictures);
    annotations = pasteObjects(canvas, annotations, { random, from, mirrored: options.mirrored });
  }
  changeColours(canvas, options);
  if (random.chance(policy.cutout.probability)) {
    const count = 1 + random.below(Math.max(1, policy.cutout.count));
    annotations = cutOut(canvas, annotations, { random, count, size: policy.cutout.size });
  }
  if (random.chance(policy.blur.probability)) blur(canvas, policy.blur.sigmaPx * random.between(0.4, 1));
  if (recipe.mixed !== undefined) {
    const other = createCanvas(canvas.width, canvas.height);
    const more = compose(other, recipe.mixed, { pictures, ...options });
    mixIn(canvas, other, symmetricBeta(random, policy.mixup.k));
    annotations = [...annotations, ...more];
  }
  if (random.chance(policy.noise.probability)) addNoise(canvas, random, policy.noise.sigmaLevels * random.float());
  return annotations;
}

function paintTiles(canvas: Canvas, tiles: readonly LabelledPicture[], options: ComposeOptions): Annotation[] {
  const sizes = tiles.map(({ size }) => size);
  const laid: readonly Laid[] =
    tiles.length === 1 ? [layOutSingle(sizes[0]!, canvas, options)] : layOutMosaic(sizes, canvas, options);
  return tiles.flatMap(({ picture, size, annotations }, n) => {
    paint(canvas, picture, laid[n]!, size);
    const placed = placeAnnotations(annotations, laid[n]!, { size: canvas });
    return laid[n]!.mirrored ? mirrorLandmarks(placed, options.mirrored) : placed;
  });
}

function changeColours(canvas: Canvas, { random, policy }: ComposeOptions): void {
  const factor = (limit: number): number => 1 + limit * random.between(-1, 1);
  const { hue, saturation, value } = policy.hsv;
  const grey = random.chance(policy.grey);
  if (!grey && hue + saturation + value + policy.channels + policy.pca === 0) return;
  const own = {
    gains: [factor(policy.channels), factor(policy.channels), factor(policy.channels)] as const,
    offsets: pcaOffsets(random, policy.pca),
  };
  const hsv = { hue: hue * random.between(-1, 1), saturation: grey ? 0 : factor(saturation), value: factor(value) };
  shiftColours(canvas, grey ? hsv : { ...hsv, ...own });
}
