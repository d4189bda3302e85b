import type { Attribute, AttributeKind, Int, Text } from './attribute.js';
import { decodeTensor } from './decode-tensor.js';
import type { Graph } from './model.js';
import type { Reader } from './protobuf/reader.js';
import type { OnnxTensor } from './tensor.js';

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_CODES: Readonly<Record<AttributeKind, number>> = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  'sparse-tensor': 11,
  'sparse-tensors': 12,
  'type-proto': 13,
  'type-protos': 14,
};

/** Everything that an AttributeProto may hold. */
interface Parts {
  name: string;
  code: number;
  float?: number;
  int?: Int;
  string?: Text;
  tensor?: OnnxTensor;
  graph?: Graph;
  readonly floats: number[];
  readonly ints: Int[];
  readonly strings: Text[];
  readonly tensors: OnnxTensor[];
  readonly graphs: Graph[];
  sparse?: Uint8Array;
  readonly sparses: Uint8Array[];
  type?: Uint8Array;
  readonly types: Uint8Array[];
}

type DecodeGraph = (reader: Reader) => Graph;

const FIELDS: Readonly<Record<number, (parts: Parts, reader: Reader, decodeGraph: DecodeGraph) => void>> = {
  1: (parts, reader) => {
    parts.name = reader.string();
  },
  2: (parts, reader) => {
    parts.float = reader.float32();
  },
  3: (parts, reader) => {
    parts.int = reader.int();
  },
  4: (parts, reader) => {
    parts.string = reader.text();
  },
  5: (parts, reader) => {
    parts.tensor = decodeTensor(reader.message()).tensor;
  },
  6: (parts, reader, decodeGraph) => {
    parts.graph = decodeGraph(reader.message());
  },
  7: (parts, reader) => reader.floats(parts.floats),
  8: (parts, reader) => reader.ints(parts.ints),
  9: (parts, reader) => {
    parts.strings.push(reader.text());
  },
  10: (parts, reader) => {
    parts.tensors.push(decodeTensor(reader.message()).tensor);
  },
  11: (parts, reader, decodeGraph) => {
    parts.graphs.push(decodeGraph(reader.message()));
  },
  14: (parts, reader) => {
    parts.type = reader.bytes();
  },
  15: (parts, reader) => {
    parts.types.push(reader.bytes());
  },
  20: (parts, reader) => {
    parts.code = reader.smallInt('an attribute type');
  },
  22: (parts, reader) => {
    parts.sparse = reader.bytes();
  },
  23: (parts, reader) => {
    parts.sparses.push(reader.bytes());
  },
};

const NONE = new Uint8Array(0);

/** Files of IR version 1 carry no attribute type: it is what is there. */
function kindOf(parts: Parts): AttributeKind | undefined {
  if (parts.code !== 0) {
    return (Object.keys(ATTRIBUTE_CODES) as AttributeKind[]).find((kind) => ATTRIBUTE_CODES[kind] === parts.code);
  }
  if (parts.float !== undefined) return 'float';
  if (parts.int !== undefined) return 'int';
  if (parts.string !== undefined) return 'string';
  if (parts.tensor) return 'tensor';
  if (parts.graph) return 'graph';
  if (parts.floats.length > 0) return 'floats';
  if (parts.strings.length > 0) return 'strings';
  return 'ints';
}

function attributeOf(parts: Parts, reader: Reader): Attribute {
  const kind = kindOf(parts);
  if (kind === 'float') return { kind, value: parts.float ?? 0 };
  if (kind === 'int') return { kind, value: parts.int ?? 0 };
  if (kind === 'string') return { kind, value: parts.string ?? '' };
  if (kind === 'tensor' && parts.tensor) return { kind, value: parts.tensor };
  if (kind === 'graph' && parts.graph) return { kind, value: parts.graph };
  if (kind === 'floats') return { kind, value: parts.floats };
  if (kind === 'ints') return { kind, value: parts.ints };
  if (kind === 'strings') return { kind, value: parts.strings };
  if (kind === 'tensors') return { kind, value: parts.tensors };
  if (kind === 'graphs') return { kind, value: parts.graphs };
  if (kind === 'sparse-tensor') return { kind, value: parts.sparse ?? NONE };
  if (kind === 'sparse-tensors') return { kind, value: parts.sparses };
  if (kind === 'type-proto') return { kind, value: parts.type ?? NONE };
  if (kind === 'type-protos') return { kind, value: parts.types };
  throw reader.fault(`attribute "${parts.name}" of type ${kind ?? parts.code} has no value`);
}

/** Reads an AttributeProto. */
export function decodeAttribute(reader: Reader, decodeGraph: DecodeGraph): readonly [name: string, Attribute] {
  const parts: Parts = {
    name: '',
    code: 0,
    floats: [],
    ints: [],
    strings: [],
    tensors: [],
    graphs: [],
    sparses: [],
    types: [],
  };
  while (reader.next()) {
    const read = FIELDS[reader.field];
    if (read) read(parts, reader, decodeGraph);
    else reader.skip();
  }
  return [parts.name, attributeOf(parts, reader)];
}
