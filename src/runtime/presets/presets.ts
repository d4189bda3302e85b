import { LookoutError } from '#core/errors.js';
import { yolov2, yolov3, yolov5Raw } from './anchor-grid.js';
import { yolov5, yolov8, yolov8Pose, yolox } from './dense.js';
import { yolov10 } from './end-to-end.js';
import { retinaface, scrfd, ultraface, yolov5Face, yolov8Face } from './faces.js';
import { fastestDet, yoloFastestV2 } from './fast.js';
import type { Preset } from './preset.js';
import { yolov4 } from './yolov4.js';
import { yolov7 } from './yolov7.js';

/** Every layout that lookout reads. */
export const PRESETS: readonly Preset[] = [
  yolov2,
  yolov3,
  yolov4,
  yolov5Raw,
  yolov5,
  yolov7,
  yolov8,
  yolov8Pose,
  yolov10,
  yolox,
  yoloFastestV2,
  fastestDet,
  scrfd,
  retinaface,
  ultraface,
  yolov5Face,
  yolov8Face,
];

/** @throws LookoutError kind `config` with the names there are */
export function presetOf(name: string): Preset {
  const preset = PRESETS.find((each) => each.name === name);
  if (preset) return preset;
  const names = PRESETS.map((each) => each.name).join(', ');
  throw new LookoutError('config', `preset ${JSON.stringify(name)} is unknown: expected one of ${names}`);
}
