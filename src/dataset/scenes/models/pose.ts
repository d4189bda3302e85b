import { add, scale, subtract, unit, type Vector } from '../vector.js';

/** Joints of a body of 1.75 m; x forward, y left, z up, the ground at 0 below the pelvis. Pairs are left, right. */
export interface Pose {
  readonly pelvis: Vector;
  readonly neck: Vector;
  readonly head: Vector;
  /** Where the face looks. */
  readonly gaze: Vector;
  /** Head bent to a side, rad. */
  readonly roll?: number;
  readonly hips: readonly [Vector, Vector];
  readonly knees: readonly [Vector, Vector];
  readonly ankles: readonly [Vector, Vector];
  /** Directions from heel to toe. */
  readonly feet: readonly [Vector, Vector];
  readonly shoulders: readonly [Vector, Vector];
  readonly elbows: readonly [Vector, Vector];
  readonly wrists: readonly [Vector, Vector];
}

/** Lengths of bones for a height of 1.75 m. */
export const BONES = {
  thigh: 0.43,
  shin: 0.425,
  ankle: 0.075,
  hip: 0.095,
  shoulder: 0.178,
  upperArm: 0.29,
  forearm: 0.255,
  torso: 0.57,
  neck: 0.1,
};

/** A direction in the plane of walking: 0 points down, positive angles forward. */
const swing = (angle: number): Vector => [Math.sin(angle), 0, -Math.cos(angle)];

/** Step of one leg: angles of thigh and knee at a phase of the gait (0: heel strike, half: push off; turns of 2 pi). */
function legAngles(phase: number, stride: number): [thigh: number, knee: number, foot: number] {
  const thigh = stride * Math.cos(phase) + 0.06;
  const swinging = Math.max(0, Math.sin(phase - Math.PI - 0.45));
  const knee =
    0.1 + 1.02 * Math.min(1, stride / 0.42) * swinging ** 1.3 + 0.12 * Math.max(0, Math.sin(phase * 2)) * stride;
  const push = Math.max(0, Math.cos(phase - Math.PI - 0.35)) ** 3;
  const strike = Math.max(0, Math.cos(phase)) ** 4;
  return [thigh, knee, stride * (1.1 * push - 0.55 * strike)];
}

export interface WalkStyle {
  /** Largest angle of the thigh, rad; 0 stands. */
  readonly stride: number;
  /** How far the arms swing, relative to the legs. */
  readonly arms: number;
  /** Bent forward, rad. */
  readonly lean: number;
  /** Angle of the elbows, rad. */
  readonly elbow: number;
}

/** Walking (or standing: no stride) at a phase of the gait. The lower foot stands on the ground. */
export function walkPose(phase: number, { stride, arms, lean, elbow }: WalkStyle): Pose {
  const sides = [0, Math.PI].map((offset, n) => {
    const side = n === 0 ? 1 : -1;
    const [thigh, knee, pitch] = legAngles(phase + offset, stride);
    const hip: Vector = [0, side * BONES.hip, 0];
    const kneePoint = add(hip, scale(swing(thigh), BONES.thigh));
    const ankle = add(kneePoint, scale(swing(thigh - knee), BONES.shin));
    const tilt = stride === 0 ? 0 : pitch;
    return { hip, knee: kneePoint, ankle, foot: [Math.cos(tilt), side * 0.12, -Math.sin(tilt)] as Vector };
  });
  const lowest = Math.min(
    ...sides.map(
      ({ ankle, foot }) => ankle[2] - BONES.ankle - Math.max(0, -foot[2]) * 0.17 - Math.max(0, foot[2]) * 0.05,
    ),
  );
  const up = (v: Vector): Vector => [v[0], v[1], v[2] - lowest];
  const pelvis = up([0, 0, 0]);
  const upper = upperBody({ pelvis, lean, turn: 0.14 * (stride / 0.4) * Math.cos(phase) });
  const armsOf = [0, 1].map((n) => {
    const side = n === 0 ? 1 : -1;
    const angle = -arms * stride * 1.1 * Math.cos(phase + (n === 0 ? 0 : Math.PI)) + lean * 0.3;
    const elbowPoint = add(upper.shoulders[n]!, scale(outward(swing(angle), side, 0.13), BONES.upperArm));
    const bend = elbow + 0.22 * Math.max(0, angle);
    return {
      elbow: elbowPoint,
      wrist: add(elbowPoint, scale(outward(swing(angle + bend), side, 0.02), BONES.forearm)),
    };
  });
  const [left, right] = sides.map(({ hip, knee, ankle, foot }) => ({
    hip: up(hip),
    knee: up(knee),
    ankle: up(ankle),
    foot,
  })) as [Leg, Leg];
  return {
    ...upper,
    pelvis,
    hips: [left.hip, right.hip],
    knees: [left.knee, right.knee],
    ankles: [left.ankle, right.ankle],
    feet: [unit(left.foot), unit(right.foot)],
    elbows: [armsOf[0]!.elbow, armsOf[1]!.elbow],
    wrists: [armsOf[0]!.wrist, armsOf[1]!.wrist],
  };
}

interface Leg {
  readonly hip: Vector;
  readonly knee: Vector;
  readonly ankle: Vector;
  readonly foot: Vector;
}

const outward = ([x, y, z]: Vector, side: number, amount: number): Vector => unit([x, y + side * amount, z]);

function upperBody({
  pelvis,
  lean,
  turn = 0,
}: {
  pelvis: Vector;
  lean: number;
  turn?: number;
}): Pick<Pose, 'neck' | 'head' | 'gaze' | 'shoulders'> {
  const spine: Vector = [Math.sin(lean), 0, Math.cos(lean)];
  const neck = add(pelvis, scale(spine, BONES.torso - 0.06));
  const across: Vector = [-Math.sin(turn), Math.cos(turn), 0];
  const base = add(neck, scale(spine, -0.085));
  const head = add(neck, [Math.sin(lean * 0.5) * 0.16 + 0.012, 0, Math.cos(lean * 0.5) * 0.165]);
  return {
    neck,
    head,
    gaze: [1, 0, -0.06],
    shoulders: [add(base, scale(across, BONES.shoulder)), add(base, scale(across, -BONES.shoulder))],
  };
}

/** Standing with a phone or bag before the chest. */
export function phonePose(): Pose {
  const pose = walkPose(0.4, { stride: 0, arms: 0, lean: 0.02, elbow: 0.15 });
  const shoulder = pose.shoulders[1];
  const elbow = add(shoulder, scale(unit([0.25, -0.18, -1]), BONES.upperArm));
  const wrist = add(elbow, scale(unit([0.75, 0.45, 0.5]), BONES.forearm));
  return { ...pose, gaze: [1, 0, -0.45], elbows: [pose.elbows[0], elbow], wrists: [pose.wrists[0], wrist] };
}

/** Where a rider's hands, feet and seat are. */
export interface Saddle {
  readonly seat: Vector;
  readonly grips: readonly [Vector, Vector];
  readonly pedals: readonly [Vector, Vector];
  readonly lean: number;
  /** Size of the rider's body relative to 1.75 m. */
  readonly scale: number;
}

/** Sitting on a bicycle or motorbike; knees and elbows follow from where hands and feet are. */
export function ridePose({ seat, grips, pedals, lean, scale: size }: Saddle): Pose {
  const k = 1 / size;
  const pelvis = add(scale(seat, k), [0, 0, 0.06]);
  const upper = upperBody({ pelvis, lean });
  const hips: [Vector, Vector] = [add(pelvis, [0, BONES.hip * 0.8, 0]), add(pelvis, [0, -BONES.hip * 0.8, 0])];
  const ankles = pedals.map((pedal) => add(scale(pedal, k), [-0.06, 0, BONES.ankle])) as unknown as [Vector, Vector];
  const wrists = grips.map((grip) => add(scale(grip, k), [-0.05, 0, 0.03])) as unknown as [Vector, Vector];
  return {
    ...upper,
    gaze: [1, 0, -0.1],
    pelvis,
    hips,
    ankles,
    knees: [0, 1].map((n) =>
      joint(hips[n]!, ankles[n]!, { first: BONES.thigh, second: BONES.shin, bend: [1, n === 0 ? 0.15 : -0.15, 0.35] }),
    ) as unknown as [Vector, Vector],
    feet: [unit([1, 0.05, -0.15]), unit([1, -0.05, -0.15])],
    wrists,
    elbows: [0, 1].map((n) =>
      joint(upper.shoulders[n]!, wrists[n]!, {
        first: BONES.upperArm,
        second: BONES.forearm,
        bend: [-0.3, n === 0 ? 0.8 : -0.8, -1],
      }),
    ) as unknown as [Vector, Vector],
  };
}

/** The middle joint of two bones between two points, bent towards a direction; stretched where they are too short. */
function joint(
  from: Vector,
  to: Vector,
  { first, second, bend }: { first: number; second: number; bend: Vector },
): Vector {
  const line = subtract(to, from);
  const distance = Math.min(Math.hypot(...line), (first + second) * 0.999);
  const along = unit(line);
  const a = (first ** 2 - second ** 2 + distance ** 2) / (2 * distance);
  const h = Math.sqrt(Math.max(0, first ** 2 - a ** 2));
  const dotted = bend[0] * along[0] + bend[1] * along[1] + bend[2] * along[2];
  return add(add(from, scale(along, a)), scale(unit(subtract(bend, scale(along, dotted))), h));
}
