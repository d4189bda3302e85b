import type { Annotation } from '#core/annotation.js';
import type { Size } from '#core/size.js';
import { type SceneFrame, type SceneOptions, StreetScene } from './scene.js';

/** One frame of a clip. */
export interface ClipFrame extends SceneFrame {
  /** 0-based. */
  readonly seq: number;
  /** Seconds since the first frame. */
  readonly pts: number;
}

export interface ClipOptions {
  readonly fps: number;
  readonly seconds: number;
  /** When in the scene the clip begins, seconds. */
  readonly from?: number;
}

/** The frames of a clip, one after another; `rgba` is overwritten by the next. */
export function* clipFrames(
  scene: StreetScene,
  { fps, seconds, from = 0 }: ClipOptions,
): Generator<ClipFrame, void, undefined> {
  for (let seq = 0; seq < Math.round(fps * seconds); seq++) {
    const pts = seq / fps;
    yield { ...scene.frame(from + pts), seq, pts };
  }
}

/** The demo: a lively street seen from a pole, in daylight. A zebra crossing stops the traffic every 29 seconds. */
export const DEMO: SceneOptions = {
  seed: 21,
  size: { width: 1280, height: 720 },
  mood: 'clear',
  density: 0.9,
  street: {
    from: -75,
    to: 95,
    half: 5.7,
    pavement: 4.6,
    lane: 1.75,
    parking: { far: true, near: false },
    crossing: 4,
    trees: true,
    nearHouses: true,
  },
  camera: { position: [-13, -11.6, 4.6], target: [3, 2.5, 0.9], fieldOfView: 66 },
};

/** The part of the demo that ships as `demo/street.mp4` and is shown in a loop. */
export const DEMO_CLIP: ClipOptions = { fps: 25, seconds: 20 };

export function demoScene(size: Size = DEMO.size): StreetScene {
  return new StreetScene({ ...DEMO, size });
}

/** Ground truth of a clip as MOTChallenge writes it: `frame, id, left, top, width, height, conf, class, visibility` (frame and class from 1). */
export function motLines(seq: number, annotations: readonly Annotation[]): string[] {
  return annotations.flatMap(({ box: [x1, y1, x2, y2], classId, trackId, occlusion = 0, difficult }) => {
    if (trackId === undefined) return [];
    return [
      [
        seq + 1,
        trackId,
        x1,
        y1,
        x2 - x1,
        y2 - y1,
        difficult ? 0 : 1,
        classId + 1,
        Math.round((1 - occlusion) * 1000) / 1000,
      ].join(','),
    ];
  });
}
