import { layoutOf } from '#nn/layout.js';
import { detectorOf } from './detector/architecture.js';
import type { TrainedDetector } from './export/export-detector.js';
import type { SavedRun } from './run/state.js';

/** A saved run as the export wants it: the moving averages are what serves. */
export function trainedOf({ recipe, labels, anchors, arrays }: SavedRun): TrainedDetector {
  const side = recipe.model.size;
  const detector = detectorOf(recipe, labels.length, { byHead: anchors });
  return {
    name: recipe.name,
    labels,
    detector,
    layout: layoutOf(detector.network, { dims: [1, 3, side, side] }),
    weights: { parameters: arrays.get('ema')!, states: arrays.get('ema-states') ?? new Float32Array(0) },
    anchors,
    classes: recipe.loss.classes,
    side,
  };
}
