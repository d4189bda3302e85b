import type { AnchorHead, ValueSpec } from '#core/card.js';
import type { Size } from '#core/size.js';
import { VOC_LABELS } from '../coco-labels.js';
import {
  type AnchorTable,
  V2_COCO,
  V2_TINY_VOC,
  V2_VOC,
  V3,
  V3_TINY,
  V4,
  V4_TINY,
  V5,
  V5_P6,
  V7,
  V7_P6,
  V7_TINY,
} from './anchors.js';
import type { ModelFacts } from './facts.js';
import { type Feeding, LETTERBOX_114, LETTERBOX_GREY, type Preset, STRETCH_RGB } from './preset.js';

// Raw heads of anchor boxes. A anchors per cell, C classes, H W cells of one head.

const STRIDES = [8, 16, 32, 64];
/** Five anchors are YOLOv2's, which has one head of 32 px. */
const V2_ANCHORS = 5;

interface Grid {
  readonly output: string;
  readonly stride: number;
  /** Numbers per cell: A * (5 + C). */
  readonly values: number;
}

/** The grid in a head's shape, in any of the layouts of the `anchor-grid` decoder, or undefined where there is none. */
function gridOf({ name, dims }: ValueSpec, size: Size, anchors: number): Grid | undefined {
  const total = dims.reduce((product, dim) => product * dim, 1);
  for (const stride of anchors === V2_ANCHORS ? [32] : STRIDES) {
    const [height, width] = [size.height / stride, size.width / stride];
    const values = total / (width * height);
    if (!Number.isInteger(values) || values % anchors !== 0 || values / anchors < 6) continue;
    if (layoutsOf(height, width, anchors, values).some((layout) => sameDims(layout, dims))) {
      return { output: name, stride, values };
    }
  }
  return undefined;
}

function layoutsOf(height: number, width: number, anchors: number, values: number): number[][] {
  const each = values / anchors;
  const bare = [
    [values, height, width],
    [height, width, values],
    [anchors, height, width, each],
    [anchors, each, height, width],
    [height, width, anchors, each],
  ];
  return [...bare, ...bare.map((layout) => [1, ...layout])];
}

function sameDims(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, at) => dim === b[at]);
}

/**
 * All heads from the smallest stride, or undefined unless `count` outputs are heads of one class count and different strides.
 * A network of one head has no other outputs: one head of several would pass for it.
 */
function gridsOf({ outputs, size }: ModelFacts, anchors: number, count: number): Grid[] | undefined {
  if (count === 1 && outputs.length > 1) return undefined;
  const grids = outputs.flatMap((output) => gridOf(output, size, anchors) ?? []);
  const strides = new Set(grids.map(({ stride }) => stride));
  const values = new Set(grids.map((grid) => grid.values));
  if (grids.length !== count || strides.size !== count || values.size !== 1) return undefined;
  return grids.sort((a, b) => a.stride - b.stride);
}

/**
 * Whether objectness and classes come after their sigmoid, as in the YOLOv4 of the ONNX model zoo, which TensorFlow wrote:
 * channels last in pictures and heads. Its pictures are letterboxed in grey.
 */
function hasProbabilities({ input, values }: ModelFacts, grid: Grid, anchors: number): boolean {
  const each = grid.values / anchors;
  const head = values.get(grid.output);
  if (input.layout !== 'NHWC' || !head) return false;
  return head.every((value, at) => at % each < 4 || (value >= 0 && value <= 1));
}

interface Family extends Pick<Preset, 'name' | 'defaultSize'> {
  readonly feeding: Feeding;
  /** Anchors of the family's networks; the first one whose heads fit is taken. */
  readonly tables: (facts: ModelFacts, classes: number) => readonly AnchorTable[];
  readonly sizes: 'exp' | 'sigmoid';
  readonly classes: (classes: number) => 'sigmoid' | 'softmax' | 'none';
  readonly gridScale: number;
  /** Its networks of 20 classes are those of Pascal VOC. */
  readonly voc?: true;
  /** Every class above the threshold counts, as in darknet. */
  readonly multiLabel?: true;
  /** YOLOv4 of three heads: sensitivity by stride. */
  readonly gridScales?: ReadonlyMap<number, number>;
}

function decoderOf(family: Family, grids: readonly Grid[], table: AnchorTable, classes: number) {
  const heads = grids.map(({ output, stride }, at): AnchorHead => {
    const gridScale = grids.length === 3 ? family.gridScales?.get(stride) : undefined;
    return { output, stride, anchors: table[at]!, ...(gridScale === undefined ? {} : { gridScale }) };
  });
  const { sizes, gridScale, multiLabel } = family;
  const every = multiLabel && classes > 1 ? { multiLabel } : {};
  return { kind: 'anchor-grid', heads, sizes, classes: family.classes(classes), gridScale, ...every } as const;
}

function presetOf(family: Family): Preset {
  const { name, defaultSize, feeding } = family;
  return {
    name,
    defaultSize,
    stride: 32,
    expects: 'raw heads [1, A*(5+C), H, W] or [1, A, H, W, 5+C], one per stride',
    read: (facts) => {
      for (const table of facts.anchors ? [facts.anchors] : family.tables(facts, -1)) {
        const anchors = table[0]!.length;
        const grids = gridsOf(facts, anchors, table.length);
        if (!grids) continue;
        const classes = grids[0]!.values / anchors - 5;
        const tables = facts.anchors ? [table] : family.tables(facts, classes);
        const chosen = tables.find((other) => other.length === table.length && other[0]!.length === anchors)!;
        const labels = classes === VOC_LABELS.length && family.voc ? { labels: VOC_LABELS } : {};
        const decoder = decoderOf(family, grids, chosen, classes);
        const scored =
          family.sizes === 'exp' && decoder.classes === 'sigmoid' && hasProbabilities(facts, grids[0]!, anchors);
        if (!scored) return { feeding, decoder, classes, ...labels };
        return { feeding: LETTERBOX_GREY, decoder: { ...decoder, activated: 'scores' }, classes, ...labels };
      }
      return undefined;
    },
  };
}

const sigmoid = () => 'sigmoid' as const;

/** YOLOv2 and its tiny variant: one head of five anchors; VOC (20 classes) and COCO have their own anchors. */
function v2Tables({ operators }: ModelFacts, classes: number): readonly AnchorTable[] {
  if (classes !== 20) return [V2_COCO];
  return [(operators.get('Conv') ?? 0) < 15 ? V2_TINY_VOC : V2_VOC];
}

const V4_SCALES = new Map([
  [8, 1.2],
  [16, 1.1],
  [32, 1.05],
]);

export const yolov2 = presetOf({
  name: 'yolov2',
  defaultSize: 416,
  feeding: LETTERBOX_GREY,
  tables: v2Tables,
  sizes: 'exp',
  multiLabel: true,
  classes: () => 'softmax',
  voc: true,
  gridScale: 1,
});

export const yolov3 = presetOf({
  name: 'yolov3',
  defaultSize: 416,
  feeding: LETTERBOX_GREY,
  tables: () => [V3, V3_TINY],
  sizes: 'exp',
  multiLabel: true,
  classes: sigmoid,
  gridScale: 1,
});

/** The tiny variant has a sensitivity of 1.05 at both heads. */
export const yolov4Raw = presetOf({
  name: 'yolov4',
  defaultSize: 416,
  feeding: STRETCH_RGB,
  tables: () => [V4, V4_TINY],
  sizes: 'exp',
  multiLabel: true,
  classes: sigmoid,
  gridScale: 1.05,
  gridScales: V4_SCALES,
});

export const yolov5Raw = presetOf({
  name: 'yolov5-raw',
  defaultSize: 640,
  feeding: LETTERBOX_114,
  tables: () => [V5, V5_P6],
  sizes: 'sigmoid',
  classes: sigmoid,
  gridScale: 2,
});

/** YOLOv7-tiny has leaky ReLUs and YOLOv5's anchors. A single class is not trained: objectness alone counts. */
export const yolov7Raw = presetOf({
  name: 'yolov7',
  defaultSize: 640,
  feeding: LETTERBOX_114,
  tables: ({ operators }) => [operators.has('LeakyRelu') ? V7_TINY : V7, V7_P6],
  sizes: 'sigmoid',
  classes: (classes) => (classes === 1 ? 'none' : 'sigmoid'),
  gridScale: 2,
});
