import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { float, int, ints } from '#onnx/attribute.js';
import { decodeModel } from '#onnx/decode.js';
import { layout } from '#onnx/inspect/layout.js';
import { svg } from '#onnx/inspect/svg.js';
import { table } from '#onnx/inspect/table.js';
import { type Model, modelOf, type Node, node } from '#onnx/model.js';
import { elementCount, int64Tensor, type OnnxTensor, tensorOf } from '#onnx/tensor.js';
import { shared, sharedPath } from '../support/shared.js';
import { model as anyModel } from './model-arbitrary.js';

const zeros = (...dims: number[]): OnnxTensor => tensorOf('float32', dims, new Float32Array(elementCount(dims)));

function network(nodes: readonly Node[], initialisers: Record<string, OnnxTensor>, batch: number | string = 1): Model {
  return modelOf({
    name: 'g',
    nodes,
    inputs: [{ name: 'x', type: 'float32', dims: [batch, 3, 8, 8] }],
    outputs: [{ name: nodes.at(-1)!.outputs[0]! }],
    initialisers: new Map(Object.entries(initialisers)),
    values: [],
  });
}

interface CostCase {
  readonly why: string;
  readonly nodes: readonly Node[];
  readonly weights: Record<string, OnnxTensor>;
  readonly parameters: number;
  readonly macs: number;
  readonly flops: number;
}

const conv = node('Conv', ['x', 'w', 'b'], ['y'], { pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) });
const COSTS: readonly CostCase[] = [
  {
    why: 'a convolution with bias: C K K per output, the bias once',
    nodes: [conv],
    weights: { w: zeros(4, 3, 3, 3), b: zeros(4) },
    parameters: 112,
    macs: 27 * 64,
    flops: 2 * 27 * 64 + 64,
  },
  {
    why: 'a grouped convolution: only its own channels',
    nodes: [node('Conv', ['x', 'w'], ['y'], { group: int(3) })],
    weights: { w: zeros(6, 1, 3, 3) },
    parameters: 54,
    macs: 9 * 6 * 36,
    flops: 2 * 9 * 6 * 36,
  },
  {
    why: 'a transposed convolution: each input is spread',
    nodes: [node('ConvTranspose', ['x', 'w'], ['y'], { strides: ints([2, 2]) })],
    weights: { w: zeros(3, 5, 2, 2) },
    parameters: 60,
    macs: 3 * 64 * 20,
    flops: 2 * 3 * 64 * 20,
  },
  {
    why: 'batch normalisation: scale and shift are parameters, statistics are not',
    nodes: [node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y'])],
    weights: { s: zeros(3), b: zeros(3), m: zeros(3), v: zeros(3) },
    parameters: 6,
    macs: 0,
    flops: 2 * 192,
  },
  {
    why: 'a fully connected layer and its activation',
    nodes: [
      node('Flatten', ['x'], ['f']),
      node('Gemm', ['f', 'w', 'b'], ['g'], { transB: int(1) }),
      node('LeakyRelu', ['g'], ['y'], { alpha: float(0.1) }),
    ],
    weights: { w: zeros(10, 192), b: zeros(10) },
    parameters: 1930,
    macs: 1920,
    flops: 3840 + 10 + 10,
  },
  {
    why: 'weights that two layers share, once',
    nodes: [node('Conv', ['x', 'w'], ['a']), node('Conv', ['x', 'w'], ['b']), node('Add', ['a', 'b'], ['y'])],
    weights: { w: zeros(2, 3, 1, 1) },
    parameters: 6,
    macs: 2 * 3 * 128,
    flops: 4 * 3 * 128 + 128,
  },
  {
    why: 'a bias by Add counts, a grid does not',
    nodes: [node('Add', ['x', 'bias'], ['a']), node('Add', ['a', 'grid'], ['y'])],
    weights: { bias: zeros(3, 1, 1), grid: zeros(1, 3, 8, 8) },
    parameters: 3,
    macs: 0,
    flops: 2 * 192,
  },
  {
    why: 'int8 weights behind a DequantizeLinear',
    nodes: [node('DequantizeLinear', ['q', 's'], ['w']), node('Conv', ['x', 'w'], ['y'])],
    weights: { q: tensorOf('int8', [2, 3, 1, 1], new Int8Array(6)), s: zeros() },
    parameters: 6,
    macs: 3 * 128,
    flops: 2 * 3 * 128 + 6,
  },
  {
    why: 'shape arithmetic is free and invisible',
    nodes: [node('Shape', ['x'], ['s']), node('Mul', ['s', 'one'], ['t']), node('Reshape', ['x', 't'], ['y'])],
    weights: { one: int64Tensor([1]) },
    parameters: 0,
    macs: 0,
    flops: 0,
  },
];

describe('the table of a network', () => {
  it.each(COSTS)('counts $why', ({ nodes, weights, parameters, macs, flops }) => {
    expect(table(network(nodes, weights))).toMatchObject({ parameters, macs, flops, complete: true });
  });

  it('shows inputs, then layers with shape and size, and no shape arithmetic', () => {
    const nodes = [node('Shape', ['x'], ['s']), conv, node('Reshape', ['x', 's'], ['z'])];
    const { rows } = table(network(nodes, { w: zeros(4, 3, 3, 3), b: zeros(4) }));
    expect(rows.map(({ layer, op, output, size }) => ({ layer, op, output, size }))).toEqual([
      { layer: 'x', op: 'Input', output: [1, 3, 8, 8], size: 192 },
      { layer: 'y', op: 'Conv', output: [1, 4, 4, 4], size: 64 },
      { layer: 'z', op: 'Reshape', output: [1, 3, 8, 8], size: 192 },
    ]);
  });

  it('leaves counts open where a dimension is free, and fills them for given sizes', () => {
    const model = network([conv], { w: zeros(4, 3, 3, 3), b: zeros(4) }, 'N');
    expect(table(model)).toMatchObject({ parameters: 112, flops: 0, complete: false });
    expect(table(model).rows.at(-1)).toMatchObject({ output: ['N', 4, 4, 4], size: undefined, flops: undefined });
    expect(table(model, { sizes: { N: 2 } })).toMatchObject({ flops: 2 * (2 * 27 * 64 + 64), complete: true });
  });

  /** YOLOX's own paper and repository say 0.91 M parameters and 1.08 GFLOPs at 416 px for nano. */
  it.skipIf(!shared)('agrees with what is published of YOLOX-nano', () => {
    const { parameters, flops } = table(decodeModel(readFileSync(sharedPath('models', 'yolox-nano.onnx'))));
    expect(parameters / 1e6).toBeCloseTo(0.91, 1);
    expect(flops / 1e9).toBeCloseTo(1.08, 2);
  });
});

const dag = fc
  .tuple(
    fc.array(fc.integer({ min: 10, max: 200 }), { maxLength: 30 }),
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 60 }),
  )
  .map(([widths, pairs]) => {
    const count = widths.length;
    const edges = pairs
      .map(([a, b]) => [Math.min(a % count, b % count), Math.max(a % count, b % count)] as const)
      .filter(([a, b]) => a < b);
    return { widths, edges, gap: 10 };
  });

describe('the layout of a graph', () => {
  it('lets every edge go down, and no two boxes of a layer come closer than the gap', () => {
    fc.assert(
      fc.property(dag, (input) => {
        const { layers, x, routes, width } = layout(input);
        for (const [at, [from, to]] of input.edges.entries()) {
          expect(layers[to]).toBeGreaterThan(layers[from]!);
          expect(routes[at]![0]).toBe(x[from]);
          expect(routes[at]!.at(-1)).toBe(x[to]);
          expect(routes[at]).toHaveLength(layers[to]! - layers[from]! + 1);
        }
        for (let layer = 0; layer <= Math.max(0, ...layers); layer++) {
          const row = x.map((_, index) => index).filter((index) => layers[index] === layer);
          row.sort((a, b) => x[a]! - x[b]!);
          row.slice(1).forEach((index, at) => {
            const apart = x[index]! - x[row[at]!]! - (input.widths[index]! + input.widths[row[at]!]!) / 2;
            expect(apart).toBeGreaterThan(input.gap - 1e-6);
          });
        }
        for (const [index, centre] of x.entries()) {
          expect(centre - input.widths[index]! / 2).toBeGreaterThan(-1e-6);
          expect(centre + input.widths[index]! / 2).toBeLessThan(width + 1e-6);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('keeps a chain straight', () => {
    const { x } = layout({
      widths: [50, 80, 20],
      edges: [
        [0, 1],
        [1, 2],
      ],
      gap: 10,
    });
    expect(new Set(x.map((at) => at.toFixed(3))).size).toBe(1);
  });
});

/** The texts of each box of a drawing. */
function boxes(drawing: string): string[][] {
  const tree = new XMLParser({ isArray: (name) => name === 'text' || name === 'g' }).parse(drawing);
  const group = tree.svg.g[1] as { g?: { text: (string | { '#text': string })[] }[] };
  return (group.g ?? []).map((box) => box.text.map((text) => String(typeof text === 'object' ? text['#text'] : text)));
}

describe('the drawing of a network', () => {
  const residual = network(
    [
      node('Conv', ['x', 'w'], ['c'], { pads: ints([1, 1, 1, 1]) }),
      node('BatchNormalization', ['c', 's', 's', 's', 's'], ['n']),
      node('Sigmoid', ['n'], ['gate']),
      node('Mul', ['n', 'gate'], ['a']),
      node('Add', ['a', 'x'], ['y']),
    ],
    { w: zeros(3, 3, 3, 3), s: zeros(3) },
  );

  it('folds normalisation and activation into the convolution and keeps the residual branch', () => {
    const drawing = svg(residual);
    expect(boxes(drawing)).toEqual([
      ['x', '1 × 3 × 8 × 8'],
      ['Conv 3×3', 'BatchNorm · SiLU', '1 × 3 × 8 × 8'],
      ['Add', '1 × 3 × 8 × 8'],
      ['y', '1 × 3 × 8 × 8'],
    ]);
    expect(drawing.match(/<path d="M[^"]*C/g)).toHaveLength(4);
  });

  it('shows free dimensions by their symbol', () => {
    expect(boxes(svg(network([node('Relu', ['x'], ['y'])], {}, 'N')))[0]).toEqual(['x', 'N × 3 × 8 × 8']);
  });

  it('is well-formed XML whatever the names are', () => {
    const names = ['<script>', 'a&b"', '\u0000\u0008', '\ud800'];
    const nodes = names.map((name, index) => node(name, [index ? names[index - 1]! : 'x'], [name]));
    expect(XMLValidator.validate(svg(network(nodes, {})))).toBe(true);
    expect(svg(network(nodes, {}))).not.toContain('<script>');
    fc.assert(
      fc.property(anyModel, (model) => {
        expect(XMLValidator.validate(svg(model))).toBe(true);
        table(model);
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  it.skipIf(!shared)('of a real network has a box for each layer', () => {
    const model = decodeModel(readFileSync(sharedPath('models', 'yolox-nano.onnx')));
    const convolutions = model.graph.nodes.filter(({ op }) => op === 'Conv').length;
    const titles = boxes(svg(model)).map(([title]) => title!);
    expect(titles.filter((title) => title.startsWith('Conv '))).toHaveLength(convolutions);
  });
});
