import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '#core/card.js';
import { int, ints } from '#onnx/attribute.js';
import { encodeModel } from '#onnx/encode.js';
import { modelOf, type Node, node } from '#onnx/model.js';
import { float32Tensor, int64Tensor } from '#onnx/tensor.js';

const SIDE = 64;
const CELL = 8;

/**
 * Writes a model folder: a detector whose answers are known: it sees a box in each of the 8x8 cells of its input, its objectness the
 * cell's mean brightness; the left half is labelled `left`, the right half `right`. Rows as YOLOv5 exports them.
 */
export function writeBrightModel(directory: string, name = 'bright'): string {
  const cells = SIDE / CELL;
  const boxes: number[] = [];
  const classes: number[] = [];
  for (let y = 0; y < cells; y += 1) {
    for (let x = 0; x < cells; x += 1) {
      boxes.push((x + 0.5) * CELL, (y + 0.5) * CELL, CELL, CELL);
      classes.push(...(x < cells / 2 ? [1, 0] : [0, 1]));
    }
  }
  const side = ints([CELL, CELL]);
  const nodes: Node[] = [
    node('AveragePool', ['pixels'], ['pooled'], { kernel_shape: side, strides: side }),
    node('ReduceMean', ['pooled', 'channels'], ['brightness'], { keepdims: int(1) }),
    node('Reshape', ['brightness', 'shape'], ['objectness'], {}),
    node('Concat', ['boxes', 'objectness', 'classes'], ['rows'], { axis: int(2) }),
  ];
  const graph = {
    name,
    nodes,
    values: [],
    inputs: [{ name: 'pixels', type: 'float32', dims: [1, 3, SIDE, SIDE] }],
    outputs: [{ name: 'rows', type: 'float32', dims: [1, cells * cells, 7] }],
    initialisers: new Map([
      ['channels', int64Tensor([1])],
      ['shape', int64Tensor([1, cells * cells, 1])],
      ['boxes', float32Tensor(boxes, [1, cells * cells, 4])],
      ['classes', float32Tensor(classes, [1, cells * cells, 2])],
    ]),
  } as const;
  const bytes = encodeModel(modelOf(graph));
  const card: Card = {
    version: 1,
    name,
    model: { file: 'model.onnx', sha256: createHash('sha256').update(bytes).digest('hex') },
    input: {
      name: 'pixels',
      type: 'float32',
      dims: [1, 3, SIDE, SIDE],
      layout: 'NCHW',
      size: { width: SIDE, height: SIDE },
      fit: 'letterbox',
      padding: 0,
      channels: 'RGB',
      mean: [0, 0, 0],
      std: [255, 255, 255],
    },
    outputs: [{ name: 'rows', type: 'float32', dims: [1, cells * cells, 7] }],
    decoder: { kind: 'rows', output: 'rows' },
    labels: ['left', 'right'],
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'model.onnx'), bytes);
  writeFileSync(join(directory, 'card.json'), JSON.stringify(card));
  return directory;
}
