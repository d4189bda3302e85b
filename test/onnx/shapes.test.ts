import fc from 'fast-check';
import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { int, ints } from '#onnx/attribute.js';
import { encodeModel } from '#onnx/encode.js';
import { type Dim, type Model, modelOf, node, type ValueInfo } from '#onnx/model.js';
import { inferShapes, SHAPE_RULES } from '#onnx/shapes/infer.js';
import type { Shaped } from '#onnx/shapes/shaped.js';
import { elementCount, int64Tensor, type OnnxTensor, tensorOf } from '#onnx/tensor.js';
import { model as anyModel } from './model-arbitrary.js';
import type { Input, ShapeCase } from './shape-cases/case.js';
import { SHAPE_CASES } from './shape-cases.js';

const ARRAYS = {
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const;

function filled(type: string, values: readonly number[], dims: readonly number[]): OnnxTensor {
  if (type === 'int64') return int64Tensor(values, dims);
  return tensorOf(type as 'float32', dims, ARRAYS[type as keyof typeof ARRAYS].from(values));
}

const tensorFor = (input: NonNullable<Input>): OnnxTensor =>
  'constant' in input
    ? filled(input.type, input.constant, input.dims ?? [input.constant.length])
    : filled(input.type, Array(elementCount(input.dims)).fill(input.fill ?? 0.5), input.dims);

/** The case as a model of one node; `rename` may set dims of its fed inputs free. */
function modelFor(
  it: ShapeCase,
  rename: (dims: readonly number[], input: number) => readonly Dim[] = (dims) => dims,
): Model {
  const inputs: ValueInfo[] = [];
  const initialisers = new Map<string, OnnxTensor>();
  const names = it.inputs.map((input, index) => {
    const name = `x${index}`;
    if (input === null) return '';
    if ('constant' in input) initialisers.set(name, tensorFor(input));
    else inputs.push({ name, type: input.type, dims: rename(input.dims, index) });
    return name;
  });
  const outputs = Array.from({ length: it.outputs ?? 1 }, (_, index) => `y${index}`);
  const op = node(it.op, names, outputs, it.attributes, it.domain);
  const model = modelOf({ name: 'g', nodes: [op], inputs, outputs: [], initialisers, values: [] });
  return { ...model, opsets: new Map([...model.opsets, ['', it.opset ?? 20]]) };
}

interface Found {
  readonly type: string;
  readonly dims: readonly number[];
}

async function run(it: ShapeCase): Promise<Found[]> {
  const model = modelFor(it);
  const shapes = inferShapes(model);
  const outputs = model.graph.nodes[0]!.outputs.map((name) => ({ name, type: shapes.get(name)!.type! }));
  const bytes = encodeModel({ ...model, graph: { ...model.graph, outputs } });
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, graphOptimizationLevel: 'disabled' });
  const feeds = it.inputs.flatMap((input, index) => {
    if (input === null || 'constant' in input) return [];
    const { type, dims, data } = tensorFor(input);
    const bytesOf = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer;
    const array = type === 'int64' ? new BigInt64Array(bytesOf) : new ARRAYS[type as keyof typeof ARRAYS](bytesOf);
    return [[`x${index}`, new ort.Tensor(type as 'float32', array as Float32Array, [...dims])] as const];
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return outputs.map(({ name }) => ({ type: results[name]!.type, dims: results[name]!.dims }));
}

/** Rules whose operator the CPU provider of onnxruntime does not have. */
const NOT_RUN = ['DeformConv', 'RMSNormalization', 'Swish', 'QLinearAveragePool', 'QLinearGlobalAveragePool'];

describe('shape inference', () => {
  it.each(SHAPE_CASES.filter(({ op }) => !NOT_RUN.includes(op)).map((it) => [`${it.op} ${it.why ?? ''}`, it] as const))(
    'says of %s what onnxruntime computes',
    async (_, it) => {
      const shapes = inferShapes(modelFor(it));
      for (const [index, found] of (await run(it)).entries()) {
        const known = shapes.get(`y${index}`)!;
        expect(known.type).toBe(found.type);
        expect(known.dims!.map((dim, axis) => (dim === '' ? found.dims[axis] : dim))).toEqual(found.dims);
      }
    },
  );

  it('has a case for every rule', () => {
    const covered = new Set([...SHAPE_CASES.map(({ op }) => op), 'RMSNormalization', 'Swish']);
    expect(Object.keys(SHAPE_RULES).filter((op) => !covered.has(op))).toEqual([]);
  });

  it.each(SHAPE_CASES.map((it) => [`${it.op} ${it.why ?? ''}`, it] as const))(
    'with free dims contradicts nothing that it knows of %s with fixed ones',
    (_, it) => {
      const fixed = inferShapes(modelFor(it));
      const free = inferShapes(
        modelFor(it, (dims, input) => dims.map((size, axis) => (axis === 0 && size > 1 ? `N${input}_${size}` : size))),
      );
      for (const name of modelFor(it).graph.nodes[0]!.outputs) {
        const agreed = free.get(name)!.dims?.map((dim, axis) => {
          if (dim === '') return fixed.get(name)!.dims![axis];
          return typeof dim === 'string' ? Number(dim.split('_')[1]) : dim;
        });
        if (agreed) expect(agreed).toEqual(fixed.get(name)!.dims);
      }
    },
  );
});

/** `x` of free batch and size goes through the nodes; the last output is looked at. */
function through(nodes: Model['graph']['nodes'], initialisers: Record<string, OnnxTensor> = {}): Shaped {
  const inputs: ValueInfo[] = [{ name: 'x', type: 'float32', dims: ['N', 3, 'H', 'W'] }];
  const graph = {
    name: 'g',
    nodes,
    inputs,
    outputs: [],
    initialisers: new Map(Object.entries(initialisers)),
    values: [],
  };
  return inferShapes(modelOf(graph)).get(nodes.at(-1)!.outputs[0]!)!;
}

describe('shapes that a graph computes for itself', () => {
  it('keep the symbol of the batch through Shape, Gather, Unsqueeze, Concat and Reshape', () => {
    const shape = through(
      [
        node('Shape', ['x'], ['s']),
        node('Gather', ['s', 'zero'], ['n'], { axis: int(0) }),
        node('Unsqueeze', ['n', 'axis'], ['n1']),
        node('Concat', ['n1', 'rest'], ['target'], { axis: int(0) }),
        node('Reshape', ['x', 'target'], ['y']),
      ],
      { zero: int64Tensor([0], []), axis: int64Tensor([0]), rest: int64Tensor([3, -1]) },
    );
    expect(shape.dims).toEqual(['N', 3, '']);
  });

  it('know that -1 is the batch when all else cancels', () => {
    const shape = through([node('Reshape', ['x', 'target'], ['z']), node('Reshape', ['z', 'flat'], ['y'])], {
      target: int64Tensor([-1, 3, 8, 8]),
      flat: int64Tensor([0, 192]),
    });
    expect(shape.dims).toEqual(['', 192]);
  });

  it('follow the halves and doubles of an exporter', () => {
    const known = inferShapes(
      modelOf({
        name: 'g',
        inputs: [{ name: 'x', type: 'float32', dims: ['N', 3, 10, 12] }],
        outputs: [],
        values: [],
        initialisers: new Map([
          ['begin', int64Tensor([2])],
          ['end', int64Tensor([4])],
          ['two', int64Tensor([2])],
          ['head', int64Tensor([1, 5])],
        ]),
        nodes: [
          node('Shape', ['x'], ['s']),
          node('Slice', ['s', 'begin', 'end'], ['hw']),
          node('Mul', ['hw', 'two'], ['hw2']),
          node('Concat', ['head', 'hw2'], ['target'], { axis: int(0) }),
          node('ConstantOfShape', ['target'], ['y']),
        ],
      }),
    );
    expect(known.get('y')!.dims).toEqual([1, 5, 20, 24]);
  });

  it('replace free dims by given sizes', () => {
    const model = modelOf({
      name: 'g',
      inputs: [{ name: 'x', type: 'float32', dims: ['N', 3, 'H', 'W'] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['N', 4, 'h', 'w'] }],
      values: [],
      initialisers: new Map([['w', tensorOf('float32', [4, 3, 3, 3], new Float32Array(108))]]),
      nodes: [node('Conv', ['x', 'w'], ['y'], { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) })],
    });
    expect(inferShapes(model).get('y')!.dims).toEqual(['N', 4, 'h', 'w']);
    expect(inferShapes(model, { sizes: { N: 2, H: 64, W: 32 } }).get('y')!.dims).toEqual([2, 4, 32, 16]);
    expect(inferShapes(model, { sizes: { x: [1, 3, 8, 8] } }).get('y')!.dims).toEqual([1, 4, 4, 4]);
  });

  it('are unknown behind an operator that is unknown', () => {
    expect(through([node('Mystery', ['x'], ['m'], {}, 'my.domain'), node('Relu', ['m'], ['y'])])).toEqual({});
    expect(through([node('constructor', ['x'], ['y'])])).toEqual({});
  });
});

describe('hostile graphs', () => {
  const ops = Object.keys(SHAPE_RULES);
  it('never make inference fail', () => {
    fc.assert(
      fc.property(anyModel, fc.infiniteStream(fc.nat({ max: ops.length - 1 })), (model, picks) => {
        const known = [...model.graph.initialisers.keys(), ...model.graph.inputs.map(({ name }) => name)];
        const nodes = model.graph.nodes.map((it, at) => ({
          ...it,
          op: ops[picks.next().value!]!,
          inputs: it.inputs.map((name, index) => known[(index + at) % known.length] ?? name),
        }));
        inferShapes({ ...model, graph: { ...model.graph, nodes } });
      }),
      { numRuns: 2000, seed: 11 },
    );
  });

  it('never make a rule fail on odd attributes and shapes', () => {
    const list = fc.array(fc.integer({ min: -3, max: 5 }), { maxLength: 4 });
    const names =
      'axis axes perm pads strides kernel_shape dilations group blocksize starts ends steps split shape k to start end';
    fc.assert(
      fc.property(
        fc.constantFrom(...ops),
        fc.array(list, { maxLength: 5 }),
        list,
        list,
        (op, shapes, values, attribute) => {
          const attributes = Object.fromEntries(
            names.split(' ').map((name, index) => [name, index % 2 === 0 ? ints(attribute) : int(attribute[0] ?? 0)]),
          );
          const inputs = shapes.map((dims, index) => ({
            name: `x${index}`,
            type: 'float32' as const,
            dims: dims.map((dim) => (dim < 0 ? 'N' : dim)),
          }));
          const initialisers = new Map([['v', int64Tensor(values)]]);
          const every = [...inputs.map(({ name }) => name), 'v', '', 'v'];
          const nodes = [node(op, every, ['a', 'b'], attributes), node(op, ['v', ...every], ['c'])];
          inferShapes(modelOf({ name: 'g', nodes, inputs, outputs: [], initialisers, values: [] }));
        },
      ),
      { numRuns: 10_000, seed: 5 },
    );
  });
});
