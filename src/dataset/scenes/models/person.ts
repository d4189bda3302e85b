import type { Mesh } from '../mesh.js';
import type { Piece } from '../render/piece.js';
import { alongSegment, nest, rotatedX, scaled, type Transform } from '../transform.js';
import { add, cross, scale, subtract, unit, type Vector } from '../vector.js';
import type { Detail } from './detail.js';
import { type Figure, figureOf } from './figure.js';
import { type HeadDetail, headMesh } from './head.js';
import type { Outfit } from './outfit.js';
import { BONES, type Pose } from './pose.js';

export interface Placing {
  /** From model space (m, of a body of 1.75 m) into the world. */
  readonly place: Transform;
  readonly id: number;
  readonly detail: Detail;
  /** How finely the head is divided, where other than the rest. */
  readonly head?: HeadDetail;
  /** Far away: without hands and shadow. */
  readonly far?: boolean;
}

/** The pieces of a person in a pose. */
export function personPieces(
  outfit: Outfit,
  pose: Pose,
  { place, id, detail, head = detail, far = false }: Placing,
): Piece[] {
  const figure = figureOf(outfit, detail);
  const coarse = figureOf(outfit, 2);
  const size = nest(place, scaled(outfit.height / 1.75));
  const { palette } = outfit;
  const pieceOf = (mesh: Mesh, shadow: Mesh | undefined, transform: Transform): Piece => ({
    mesh,
    shadow: far ? null : shadow,
    transform: nest(size, transform),
    palette,
    id,
  });
  const piece = (part: keyof Figure, transform: Transform): Piece =>
    pieceOf(figure[part]!, detail === 0 ? undefined : coarse[part], transform);
  const forward: Vector = [1, 0, 0];
  const crotch = add(pose.pelvis, scale(unit(subtract(pose.neck, pose.pelvis)), -0.07));
  const top = add(pose.neck, scale(unit(subtract(pose.neck, pose.pelvis)), 0.03));
  const torso = alongSegment(crotch, top, acrossOf(pose));
  const pieces = [piece('torso', torso), piece('neck', alongSegment(pose.neck, pose.head, forward))];
  pieces.push(pieceOf(headMesh(outfit.head, head), headMesh(outfit.head, 2), headIn(outfit, pose)));
  for (const n of [0, 1] as const) {
    pieces.push(
      piece('thigh', alongSegment(pose.hips[n], pose.knees[n], forward)),
      piece('shin', alongSegment(pose.knees[n], pose.ankles[n], forward)),
      piece('foot', facing(pose.ankles[n], pose.feet[n])),
      piece('upperArm', alongSegment(pose.shoulders[n], pose.elbows[n], forward)),
      piece('forearm', alongSegment(pose.elbows[n], pose.wrists[n], forward)),
    );
    if (!far) pieces.push(piece('hand', handAt(pose.elbows[n], pose.wrists[n])));
  }
  if (figure.skirt !== undefined) pieces.push(piece('skirt', skirtAt(outfit, pose)));
  if (figure.bag !== undefined) pieces.push(piece('bag', bagAt(outfit, pose, torso)));
  return pieces;
}

/** From the head's own space to the body's. */
function headIn(outfit: Outfit, { head, gaze, roll = 0 }: Pose): Transform {
  return nest(facing(head, gaze), rotatedX(roll), scaled(childHead(outfit)));
}

/** From the head's own space to the world. */
export function headPlace(outfit: Outfit, pose: Pose, place: Transform): Transform {
  return nest(place, scaled(outfit.height / 1.75), headIn(outfit, pose));
}

/** Children have larger heads for their height. */
function childHead({ height }: Outfit): number {
  return height < 1.5 ? 1 + 0.4 * (1.5 - height) : 1;
}

/** The torso's x points forward, square to its spine and shoulders. */
function acrossOf({ shoulders }: Pose): Vector {
  const across = subtract(shoulders[0], shoulders[1]);
  return unit(cross(across, [0, 0, 1]));
}

/** An upright frame at a point whose x looks along a direction. */
export function facing(at: Vector, direction: Vector): Transform {
  const x = unit(direction);
  const y = unit(cross([0, 0, 1], x));
  const z = cross(x, y);
  return [x[0], y[0], z[0], at[0], x[1], y[1], z[1], at[1], x[2], y[2], z[2], at[2]];
}

function handAt(elbow: Vector, wrist: Vector): Transform {
  const direction = unit(subtract(wrist, elbow));
  return alongSegment(wrist, add(wrist, direction), [1, 0, 0]);
}

function skirtAt({ top, bottom }: Outfit, pose: Pose): Transform {
  const waist = add(pose.pelvis, [0, 0, 0.1]);
  const knees = scale(add(pose.knees[0], pose.knees[1]), 0.5);
  const length = top === 'coat' && bottom !== 'skirt' ? 0.62 : 0.95;
  const hem = add(waist, scale(subtract(knees, waist), length));
  return alongSegment(waist, hem, [1, 0, 0]);
}

function bagAt({ bag }: Outfit, pose: Pose, torso: Transform): Transform {
  if (bag === 'backpack') {
    const unscaled = scale([torso[2], torso[6], torso[10]], 1 / (BONES.torso + 0.04));
    return [
      torso[0],
      torso[1],
      unscaled[0],
      torso[3],
      torso[4],
      torso[5],
      unscaled[1],
      torso[7],
      torso[8],
      torso[9],
      unscaled[2],
      torso[11],
    ];
  }
  const at = bag === 'handbag' ? add(pose.hips[1], [0, -0.12, 0]) : add(pose.wrists[1], [0, 0, -0.1]);
  return [1, 0, 0, at[0], 0, 1, 0, at[1], 0, 0, 1, at[2]];
}
