import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '#core/card.js';
import type { Size } from '#core/size.js';
import { ints } from '#onnx/attribute.js';
import { encodeModel } from '#onnx/encode.js';
import { modelOf, node } from '#onnx/model.js';
import { float32Tensor } from '#onnx/tensor.js';

const CELL = 32;

/**
 * Writes a model folder: a detector of free size whose answers are known. It sees a box in each cell of 32 x 32 px that is brighter
 * than half, by one anchor of that size, and its input adapts to the shape of the picture.
 */
export function writeCellsModel(directory: string, size: Size): string {
  const side = ints([CELL, CELL]);
  // Objectness is 40 * (brightness - 0.5), the rest of the 5 + 1 values constant: the middle of the cell, the anchor's size, sure.
  const weights = Array.from({ length: 18 }, (_, at) => (Math.floor(at / 3) === 4 ? 40 / 3 : 0));
  const free = [-1, 3, -1, -1];
  const bytes = encodeModel(
    modelOf({
      name: 'cells',
      nodes: [
        node('AveragePool', ['pixels'], ['cells'], { kernel_shape: side, strides: side }),
        node('Conv', ['cells', 'weights', 'biases'], ['head'], {}),
      ],
      values: [],
      inputs: [{ name: 'pixels', type: 'float32', dims: free }],
      outputs: [{ name: 'head', type: 'float32', dims: [-1, 6, -1, -1] }],
      initialisers: new Map([
        ['weights', float32Tensor(weights, [6, 3, 1, 1])],
        ['biases', float32Tensor([0, 0, 0, 0, -20, 20], [6])],
      ]),
    }),
  );
  const card: Card = {
    version: 1,
    name: 'cells',
    model: { file: 'model.onnx', sha256: createHash('sha256').update(bytes).digest('hex') },
    input: {
      name: 'pixels',
      type: 'float32',
      dims: free,
      layout: 'NCHW',
      size,
      adapts: true,
      fit: 'letterbox',
      padding: 0,
      channels: 'RGB',
      mean: [0, 0, 0],
      std: [255, 255, 255],
    },
    outputs: [{ name: 'head', type: 'float32', dims: [-1, 6, -1, -1] }],
    decoder: {
      kind: 'anchor-grid',
      heads: [{ output: 'head', stride: CELL, anchors: [[CELL, CELL]] }],
      sizes: 'sigmoid',
      classes: 'sigmoid',
      gridScale: 2,
    },
    labels: ['bright'],
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'model.onnx'), bytes);
  writeFileSync(join(directory, 'card.json'), JSON.stringify(card));
  return directory;
}
