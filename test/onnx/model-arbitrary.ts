import fc from 'fast-check';
import type { Attribute } from '#onnx/attribute.js';
import { byteLength, type DataType } from '#onnx/data-type.js';
import type { Dim, Graph, Model, Node, ValueInfo } from '#onnx/model.js';
import { elementCount, type OnnxTensor } from '#onnx/tensor.js';

const TYPES: readonly DataType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int8',
  'uint8',
  'int64',
  'bool',
  'int4',
  'uint4',
  'uint2',
  'float8e4m3fn',
  'complex64',
];

const name = fc.string({ maxLength: 8 });
const bytes = fc.uint8Array({ maxLength: 20 });
const notUtf8 = fc.constant(Uint8Array.of(0xff, 0xfe, 0x80));
const text = fc.oneof(name, notUtf8);
const int = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, -(2n ** 53n)),
);
const float = fc.float();
const map = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Map<string, T>> =>
  fc.array(fc.tuple(name, value), { maxLength: 4 }).map((entries) => new Map(entries));

const numbers: fc.Arbitrary<OnnxTensor> = fc
  .tuple(fc.constantFrom(...TYPES), fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }))
  .chain(([type, dims]) => {
    const length = byteLength(type, elementCount(dims));
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ type, dims, data }));
  });
const words: fc.Arbitrary<OnnxTensor> = fc
  .array(bytes, { maxLength: 3 })
  .map((strings) => ({ type: 'string', dims: [strings.length], data: new Uint8Array(0), strings }));
const tensor = fc.oneof(numbers, words);

const dim: fc.Arbitrary<Dim> = fc.oneof(fc.nat(), name);
const valueInfo: fc.Arbitrary<ValueInfo> = fc.oneof(
  fc.record({ name }),
  fc.record({ name, type: fc.constantFrom(...TYPES) }),
  fc.record({ name, type: fc.constantFrom(...TYPES), dims: fc.array(dim, { maxLength: 4 }) }),
  // A sequence of float tensors: TypeProto { sequence_type { elem_type { tensor_type { elem_type: 1 } } } }.
  name.map((it) => ({ name: it, otherType: Uint8Array.of(0x22, 6, 0x0a, 4, 0x0a, 2, 8, 1) })),
);

const { graph } = fc.letrec<{ graph: Graph; attribute: Attribute; node: Node }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 2 },
    fc.record({ kind: fc.constant('float' as const), value: float }),
    fc.record({ kind: fc.constant('int' as const), value: int }),
    fc.record({ kind: fc.constant('string' as const), value: text }),
    fc.record({ kind: fc.constant('tensor' as const), value: tensor }),
    fc.record({ kind: fc.constant('floats' as const), value: fc.array(float) }),
    fc.record({ kind: fc.constant('ints' as const), value: fc.array(int) }),
    fc.record({ kind: fc.constant('strings' as const), value: fc.array(text) }),
    fc.record({ kind: fc.constant('tensors' as const), value: fc.array(tensor, { maxLength: 3 }) }),
    fc.record({ kind: fc.constantFrom('sparse-tensor' as const, 'type-proto' as const), value: bytes }),
    fc.record({
      kind: fc.constantFrom('sparse-tensors' as const, 'type-protos' as const),
      value: fc.array(bytes, { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('graph' as const), value: tie('graph') }),
    fc.record({ kind: fc.constant('graphs' as const), value: fc.array(tie('graph'), { maxLength: 2 }) }),
  ),
  node: fc.record({
    op: name,
    domain: fc.constantFrom('', 'com.microsoft'),
    name,
    inputs: fc.array(name, { maxLength: 3 }),
    outputs: fc.array(name, { maxLength: 3 }),
    attributes: map(tie('attribute')),
  }),
  graph: fc.record(
    {
      name,
      nodes: fc.array(tie('node'), { maxLength: 3 }),
      inputs: fc.array(valueInfo, { maxLength: 2 }),
      outputs: fc.array(valueInfo, { maxLength: 2 }),
      initialisers: map(tensor),
      values: fc.array(valueInfo, { maxLength: 2 }),
      opaque: fc.array(fc.record({ field: fc.constantFrom(14, 15), bytes }), { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['name', 'nodes', 'inputs', 'outputs', 'initialisers', 'values'] },
  ),
}));

/** Any model that the format can hold, well formed or not. */
export const model: fc.Arbitrary<Model> = fc.record({
  irVersion: fc.nat({ max: 13 }),
  opsets: fc.nat({ max: 25 }).map(
    (version) =>
      new Map([
        ['', version],
        ['com.microsoft', 1],
      ]),
  ),
  producer: name,
  producerVersion: name,
  metadata: map(name),
  graph,
});
