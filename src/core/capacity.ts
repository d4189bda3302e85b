/** How many cameras at which rate a machine carries with a model; as it goes over the wire. */
export interface Capacity {
  /** Frames per second through the model, all cameras together. */
  readonly frames_per_second: number;
  readonly cameras: readonly { readonly fps: number; readonly cameras: number }[];
}

/** Rates at which cameras are commonly analysed. */
const RATES = [5, 10, 25];
/** Part of the model's throughput that is promised; the rest is left for decoding and serving. */
const SHARE = 0.7;

/** @param framesPerSecond what the model does with all of its workers busy */
export function capacityOf(framesPerSecond: number): Capacity {
  return {
    frames_per_second: Math.round(framesPerSecond * 10) / 10,
    cameras: RATES.map((fps) => ({ fps, cameras: Math.floor((framesPerSecond * SHARE) / fps) })),
  };
}
