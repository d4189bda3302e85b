import type { Attribute, AttributeKind, AttributeValues } from './attribute.js';
import { codeOfDataType } from './data-type.js';
import { ATTRIBUTE_CODES } from './decode-attribute.js';
import type { Dim, Graph, Model, Node, ValueInfo } from './model.js';
import { Writer } from './protobuf/writer.js';
import type { OnnxTensor } from './tensor.js';

function writeTensor(writer: Writer, name: string, tensor: OnnxTensor): void {
  writer.ints(1, tensor.dims);
  writer.int(2, codeOfDataType(tensor.type));
  for (const string of tensor.strings ?? []) writer.bytes(6, string);
  writer.name(8, name);
  if (!tensor.strings) writer.bytes(9, tensor.data);
}

const VALUES: { readonly [K in AttributeKind]: (writer: Writer, value: AttributeValues[K]) => void } = {
  float: (writer, value) => writer.float32(2, value),
  int: (writer, value) => writer.int(3, value),
  string: (writer, value) => writer.string(4, value),
  tensor: (writer, value) => writer.message(5, (inner) => writeTensor(inner, '', value)),
  graph: (writer, value) => writer.message(6, (inner) => writeGraph(inner, value)),
  floats: (writer, value) => writer.floats(7, value),
  ints: (writer, value) => writer.ints(8, value),
  strings: (writer, value) => {
    for (const text of value) writer.string(9, text);
  },
  tensors: (writer, value) => {
    for (const tensor of value) writer.message(10, (inner) => writeTensor(inner, '', tensor));
  },
  graphs: (writer, value) => {
    for (const graph of value) writer.message(11, (inner) => writeGraph(inner, graph));
  },
  'sparse-tensor': (writer, value) => writer.bytes(22, value),
  'sparse-tensors': (writer, value) => {
    for (const bytes of value) writer.bytes(23, bytes);
  },
  'type-proto': (writer, value) => writer.bytes(14, value),
  'type-protos': (writer, value) => {
    for (const bytes of value) writer.bytes(15, bytes);
  },
};

function writeAttribute(writer: Writer, name: string, attribute: Attribute): void {
  writer.string(1, name);
  (VALUES[attribute.kind] as (writer: Writer, value: Attribute['value']) => void)(writer, attribute.value);
  writer.int(20, ATTRIBUTE_CODES[attribute.kind]);
}

function writeNode(writer: Writer, node: Node): void {
  for (const name of node.inputs) writer.string(1, name);
  for (const name of node.outputs) writer.string(2, name);
  writer.name(3, node.name);
  writer.string(4, node.op);
  for (const [name, attribute] of node.attributes) {
    writer.message(5, (inner) => writeAttribute(inner, name, attribute));
  }
  writer.name(7, node.domain);
}

function writeDim(writer: Writer, dim: Dim): void {
  if (typeof dim === 'number') writer.int(1, dim);
  else writer.name(2, dim);
}

function writeValueInfo(writer: Writer, value: ValueInfo): void {
  const { type, dims } = value;
  writer.string(1, value.name);
  if (value.otherType) writer.bytes(2, value.otherType);
  else if (type || dims) {
    writer.message(2, (typeProto) =>
      typeProto.message(1, (tensorType) => {
        if (type) tensorType.int(1, codeOfDataType(type));
        if (!dims) return;
        tensorType.message(2, (shape) => {
          for (const dim of dims) shape.message(1, (inner) => writeDim(inner, dim));
        });
      }),
    );
  }
}

function writeGraph(writer: Writer, graph: Graph): void {
  for (const node of graph.nodes) writer.message(1, (inner) => writeNode(inner, node));
  writer.string(2, graph.name);
  for (const [name, tensor] of graph.initialisers) writer.message(5, (inner) => writeTensor(inner, name, tensor));
  for (const value of graph.inputs) writer.message(11, (inner) => writeValueInfo(inner, value));
  for (const value of graph.outputs) writer.message(12, (inner) => writeValueInfo(inner, value));
  for (const value of graph.values) writer.message(13, (inner) => writeValueInfo(inner, value));
  for (const { field, bytes } of graph.opaque ?? []) writer.bytes(field, bytes);
}

/** The bytes of an ONNX file (ModelProto of onnx.proto3), every constant as raw_data. `decodeModel` gives an equal model back. */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.int(1, model.irVersion);
  writer.name(2, model.producer);
  writer.name(3, model.producerVersion);
  writer.message(7, (inner) => writeGraph(inner, model.graph));
  for (const [domain, version] of model.opsets) {
    writer.message(8, (opset) => {
      opset.name(1, domain);
      opset.int(2, version);
    });
  }
  for (const [key, value] of model.metadata) {
    writer.message(14, (entry) => {
      entry.string(1, key);
      entry.string(2, value);
    });
  }
  for (const { field, bytes } of model.opaque ?? []) writer.bytes(field, bytes);
  return writer.finish();
}
