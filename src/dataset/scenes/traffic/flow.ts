/** How the traffic of a street moves over time: steadily, or with stops for people who cross. */
export interface Flow {
  /** m/s while it moves. */
  readonly speed: number;
  /** Stops once in every {@link CYCLE} seconds. */
  readonly stops: boolean;
}

/** Seconds of a cycle: moving, braking, standing, starting. */
export const CYCLE = 29;
export const GO = 14;
export const BRAKE = 3;
export const STAND = 9;

/** Metres that the flow covers in one cycle. */
export function cycleDistance({ speed, stops }: Flow): number {
  return stops ? speed * (GO + BRAKE) : speed * CYCLE;
}

/** Metres covered since time 0; smooth, never backwards. */
export function distanceAt(flow: Flow, seconds: number): number {
  const { speed, stops } = flow;
  if (!stops) return speed * seconds;
  const cycle = Math.floor(seconds / CYCLE);
  const t = seconds - cycle * CYCLE;
  const start = GO + BRAKE + STAND;
  let d = speed * Math.min(t, GO);
  if (t > GO) {
    const b = Math.min(t - GO, BRAKE);
    d += speed * (b - (b * b) / (2 * BRAKE));
  }
  if (t > start) d += (speed * (t - start) ** 2) / (2 * BRAKE);
  return cycle * cycleDistance(flow) + d;
}

/** Metres covered when the flow stands for the first time. */
export function distanceToStop(flow: Flow): number {
  return flow.speed * (GO + BRAKE / 2);
}

/** A thing on an endless belt: where it is, and how often it came round (a new thing each time). */
export function onBelt(distance: number, length: number): { readonly at: number; readonly round: number } {
  const round = Math.floor(distance / length);
  return { at: distance - round * length, round };
}
