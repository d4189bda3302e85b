import { type Layout, layoutOf } from '#nn/layout.js';
import { detectorOf, specOf } from './detector/architecture.js';
import type { TrainedDetector } from './export/export-detector.js';
import { featureLength, featureMaps, headNetwork } from './features/feature-network.js';
import { baseOf } from './features/prepare-features.js';
import type { SavedRun } from './run/state.js';
import { adopt } from './transfer/adopt.js';
import type { FlatWeights } from './transfer/flat-weights.js';
import { namedWeights } from './transfer/named-weights.js';

/** A saved run as the export wants it: the moving averages are what serves. */
export function trainedOf(saved: SavedRun): TrainedDetector {
  const { recipe, labels, anchors, arrays } = saved;
  const side = recipe.model.size;
  const detector = detectorOf(recipe, labels.length, { byHead: anchors });
  const layout = layoutOf(detector.network, { dims: [1, 3, side, side] });
  const averages = { parameters: arrays.get('ema')!, states: arrays.get('ema-states') ?? new Float32Array(0) };
  return {
    name: recipe.name,
    labels,
    detector,
    layout,
    weights: wholeWeights(saved, layout, averages),
    anchors,
    classes: recipe.loss.classes,
    side,
  };
}

/** A run on kept features has learnt neck and heads alone: the backbone is the one that it began with. */
function wholeWeights(saved: SavedRun, layout: Layout, averages: FlatWeights): FlatWeights {
  const base = baseOf(saved);
  if (base === undefined) return averages;
  const { recipe, labels, anchors } = saved;
  const spec = specOf(recipe);
  const side = recipe.model.size;
  const { network } = headNetwork(spec, { classes: labels.length, anchors: anchors[0]!.length, inputSize: side });
  const learnt = layoutOf(network, { dims: [1, featureLength(featureMaps(spec, side))] });
  return adopt(layout, base, namedWeights(learnt, averages));
}
