import { LookoutError } from '#core/errors.js';
import type { Attribute } from './attribute.js';
import { dataTypeOfCode } from './data-type.js';
import { decodeAttribute } from './decode-attribute.js';
import { decodeTensor } from './decode-tensor.js';
import type { Dim, Graph, Model, Node, OpaqueField, ValueInfo } from './model.js';
import { Reader } from './protobuf/reader.js';
import type { OnnxTensor } from './tensor.js';

function decodePair(reader: Reader): readonly [key: string, value: string] {
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) value = reader.string();
    else reader.skip();
  }
  return [key, value];
}

function decodeOpset(reader: Reader): readonly [domain: string, version: number] {
  let domain = '';
  let version = 0;
  while (reader.next()) {
    if (reader.field === 1) domain = reader.string();
    else if (reader.field === 2) version = reader.smallInt('an opset version');
    else reader.skip();
  }
  return [domain === 'ai.onnx' ? '' : domain, version];
}

function decodeDim(reader: Reader): Dim {
  let dim: Dim = '';
  while (reader.next()) {
    if (reader.field === 1) dim = reader.smallInt('a dimension');
    else if (reader.field === 2) dim = reader.string();
    else reader.skip();
  }
  return typeof dim === 'number' && dim < 0 ? '' : dim;
}

function decodeDims(reader: Reader): readonly Dim[] {
  const dims: Dim[] = [];
  while (reader.next()) {
    if (reader.field === 1) dims.push(decodeDim(reader.message()));
    else reader.skip();
  }
  return dims;
}

function decodeTensorType(reader: Reader): Pick<ValueInfo, 'type' | 'dims'> {
  let info: Pick<ValueInfo, 'type' | 'dims'> = {};
  while (reader.next()) {
    if (reader.field === 1) {
      const type = dataTypeOfCode(reader.smallInt('an element type'));
      if (type) info = { ...info, type };
    } else if (reader.field === 2) info = { ...info, dims: decodeDims(reader.message()) };
    else reader.skip();
  }
  return info;
}

function decodeType(reader: Reader, bytes: Uint8Array): Omit<ValueInfo, 'name'> {
  let info: Omit<ValueInfo, 'name'> | undefined;
  while (reader.next()) {
    if (reader.field === 1) info = decodeTensorType(reader.message());
    else reader.skip();
  }
  return info ?? { otherType: bytes };
}

function decodeValueInfo(reader: Reader): ValueInfo {
  let name = '';
  let type: Omit<ValueInfo, 'name'> = {};
  while (reader.next()) {
    if (reader.field === 1) name = reader.string();
    else if (reader.field === 2) {
      const inner = reader.message();
      type = decodeType(inner, inner.content);
    } else reader.skip();
  }
  return { name, ...type };
}

function decodeNode(reader: Reader): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  let [op, domain, name] = ['', '', ''];
  while (reader.next()) {
    if (reader.field === 1) inputs.push(reader.string());
    else if (reader.field === 2) outputs.push(reader.string());
    else if (reader.field === 3) name = reader.string();
    else if (reader.field === 4) op = reader.string();
    else if (reader.field === 5) attributes.set(...decodeAttribute(reader.message(), decodeGraph));
    else if (reader.field === 7) domain = reader.string();
    else reader.skip();
  }
  return { op, domain: domain === 'ai.onnx' ? '' : domain, name, inputs, outputs, attributes };
}

/** GraphProto fields that are carried along: quantization_annotation and sparse_initializer. */
const OPAQUE_IN_GRAPH = [14, 15];
/** ModelProto: functions. */
const OPAQUE_IN_MODEL = [25];

function decodeGraph(reader: Reader): Graph {
  let name = '';
  const nodes: Node[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const values: ValueInfo[] = [];
  const initialisers = new Map<string, OnnxTensor>();
  const opaque: OpaqueField[] = [];
  while (reader.next()) {
    if (reader.field === 1) nodes.push(decodeNode(reader.message()));
    else if (reader.field === 2) name = reader.string();
    else if (reader.field === 5) {
      const initialiser = decodeTensor(reader.message());
      initialisers.set(initialiser.name, initialiser.tensor);
    } else if (reader.field === 11) inputs.push(decodeValueInfo(reader.message()));
    else if (reader.field === 12) outputs.push(decodeValueInfo(reader.message()));
    else if (reader.field === 13) values.push(decodeValueInfo(reader.message()));
    else if (OPAQUE_IN_GRAPH.includes(reader.field)) opaque.push({ field: reader.field, bytes: reader.bytes() });
    else reader.skip();
  }
  const graph = { name, nodes, inputs, outputs, initialisers, values };
  return opaque.length > 0 ? { ...graph, opaque } : graph;
}

function refuseOtherFiles(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new LookoutError('model', 'The ONNX file is empty. Export or download it again.');
  const start = String.fromCharCode(...bytes.subarray(0, 40));
  if (start.startsWith('version https://git-lfs')) {
    throw new LookoutError('model', 'The file is a Git LFS pointer, not the ONNX model itself. Run `git lfs pull`.');
  }
}

/**
 * Reads the bytes of an ONNX file (ModelProto of onnx.proto3). Large constants are views of `bytes`, which must not be
 * changed afterwards. Documentation strings, training information and unknown fields are left out.
 * @throws LookoutError kind `model` for anything that is no complete ONNX model in one file; hostile bytes neither hang
 * nor allocate more than a small multiple of their length.
 */
export function decodeModel(bytes: Uint8Array): Model {
  refuseOtherFiles(bytes);
  const reader = Reader.over(bytes);
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const opaque: OpaqueField[] = [];
  let graph: Graph | undefined;
  let irVersion = 0;
  let [producer, producerVersion] = ['', ''];
  while (reader.next()) {
    if (reader.field === 1) irVersion = reader.smallInt('the IR version');
    else if (reader.field === 2) producer = reader.string();
    else if (reader.field === 3) producerVersion = reader.string();
    else if (reader.field === 7) graph = decodeGraph(reader.message());
    else if (reader.field === 8) opsets.set(...decodeOpset(reader.message()));
    else if (reader.field === 14) metadata.set(...decodePair(reader.message()));
    else if (OPAQUE_IN_MODEL.includes(reader.field)) opaque.push({ field: reader.field, bytes: reader.bytes() });
    else reader.skip();
  }
  if (!graph || opsets.size === 0) throw reader.fault('it holds no graph or no operator set, so it is no ONNX model');
  const model = { irVersion, opsets, producer, producerVersion, metadata, graph };
  return opaque.length > 0 ? { ...model, opaque } : model;
}
