import type { Annotation } from '#core/annotation.js';
import type { Box } from '#core/box.js';
import type { Random } from '#core/random.js';
import { chain, scaling, translation } from './matrix.js';
import { paint } from './paint.js';
import type { Canvas, LabelledPicture } from './picture.js';
import { area, clipBox, hideBehind, mirrorLandmarks, placeAnnotations } from './place.js';

/** Share of its own size that is pasted around an object, softly, so that it does not look cut out. */
const MARGIN = 0.12;

/**
 * Pastes single objects of other pictures into a canvas (copy-paste: Dwibedi et al. 2017, on boxes with soft edges).
 * An object goes where it hides little of what is there already, at 0.5 to 1.5 times its size; crowds, truncated,
 * difficult and tiny objects and those that touch another one are not taken.
 * @returns the objects of the canvas and the pasted ones
 */
export function pasteObjects(
  canvas: Canvas,
  annotations: readonly Annotation[],
  options: {
    readonly random: Random;
    readonly from: readonly LabelledPicture[];
    readonly mirrored?: readonly number[] | undefined;
  },
): Annotation[] {
  const { random, from, mirrored } = options;
  let all = [...annotations];
  for (const source of from) {
    const candidates = source.annotations.filter((one) => isWhole(one, source));
    if (candidates.length === 0) continue;
    const object = random.pick(candidates);
    const fit = Math.min(canvas.width / source.size.width, canvas.height / source.size.height);
    const scale = fit * random.between(0.5, 1.5);
    const mirror = random.chance(0.5);
    const [x1, y1, x2, y2] = object.box;
    const [w, h] = [(x2 - x1) * scale, (y2 - y1) * scale];
    const spot = freeSpot(canvas, all, { w, h, random });
    if (spot === undefined) continue;
    const feather = MARGIN * Math.min(x2 - x1, y2 - y1);
    const turn = chain(translation(mirror ? -x2 : -x1, -y1), scaling(mirror ? -scale : scale, scale));
    const crop: Box = [x1 - feather, y1 - feather, x2 + feather, y2 + feather];
    const placement = { toCanvas: chain(turn, translation(...spot)), crop, feather };
    paint(canvas, source.picture, placement, source.size);
    const placed = placeAnnotations([object], placement, { size: canvas });
    const hidden = placed.reduce((left, { box }) => hideBehind(left, box), all);
    all = [...hidden, ...(mirror ? mirrorLandmarks(placed, mirrored) : placed)];
  }
  return all;
}

function isWhole(one: Annotation, { annotations }: LabelledPicture): boolean {
  if (one.crowd || one.difficult || one.truncated || (one.occlusion ?? 0) > 0.1) return false;
  if (one.box[2] - one.box[0] < 8 || one.box[3] - one.box[1] < 8) return false;
  return annotations.every((other) => {
    const common = other === one ? undefined : clipBox(other.box, one.box);
    return common === undefined || area(common) < 0.05 * area(one.box);
  });
}

/** A place where at most a third of any object would be hidden; undefined after ten tries. */
function freeSpot(
  canvas: Canvas,
  annotations: readonly Annotation[],
  { w, h, random }: { w: number; h: number; random: Random },
): readonly [number, number] | undefined {
  if (w < 6 || h < 6 || w > 0.7 * canvas.width || h > 0.7 * canvas.height) return undefined;
  for (let attempt = 0; attempt < 10; attempt++) {
    const [x, y] = [random.between(0, canvas.width - w), random.between(0, canvas.height - h)];
    const box: Box = [x, y, x + w, y + h];
    const hides = annotations.some((one) => {
      const common = clipBox(one.box, box);
      return common !== undefined && area(common) > area(one.box) / 3;
    });
    if (!hides) return [x, y];
  }
  return undefined;
}
