import { intOf, intsOf } from '../attribute.js';
import { type DataType, dataTypeOfCode } from '../data-type.js';
import type { Dim } from '../model.js';
import { elementCount, numbersOf, type OnnxTensor } from '../tensor.js';
import {
  dimsOf,
  MAX_VALUES,
  numbersAt,
  type Op,
  productOf,
  type Shaped,
  type ShapeRule,
  type ShapeRules,
  shaped,
  typeOf,
} from './shaped.js';

const COUNTED: readonly DataType[] = ['int64', 'int32', 'uint8', 'int8', 'bool', 'float32', 'float64', 'float16'];

/** What is known of a constant: its values too where it is small. */
export function shapedConstant(tensor: OnnxTensor): Shaped {
  const known = shaped(tensor.type, tensor.dims);
  const small = elementCount(tensor.dims) <= MAX_VALUES && COUNTED.includes(tensor.type);
  return small ? { ...known, values: numbersOf(tensor) } : known;
}

function list(type: DataType, values: readonly number[], dims: readonly number[] = [values.length]): Shaped {
  return values.length <= MAX_VALUES ? { type, dims, values } : { type, dims };
}

const constant: ShapeRule = ({ node }) => {
  const [[name, attribute] = []] = node.attributes;
  if (attribute?.kind === 'tensor') return [shapedConstant(attribute.value)];
  if (attribute?.kind === 'int') return [list('int64', [Number(attribute.value)], [])];
  if (attribute?.kind === 'ints') return [list('int64', attribute.value.map(Number))];
  if (attribute?.kind === 'float') return [list('float32', [attribute.value], [])];
  if (attribute?.kind === 'floats') return [list('float32', attribute.value)];
  if (attribute?.kind === 'string') return [shaped('string', [])];
  return [name === 'value_strings' && attribute?.kind === 'strings' ? shaped('string', [attribute.value.length]) : {}];
};

const constantOfShape: ShapeRule = (op) => {
  const dims = op.inputs[0]?.values;
  const rank = dimsOf(op, 0)?.[0];
  const attribute = op.node.attributes.get('value');
  const fill: OnnxTensor =
    attribute?.kind === 'tensor' ? attribute.value : { type: 'float32', dims: [1], data: new Uint8Array(4) };
  const known = shaped(
    fill.type,
    dims ?? (typeof rank === 'number' && rank < 64 ? Array<Dim>(rank).fill('') : undefined),
  );
  const count = dims ? productOf(dims) : '';
  if (typeof count !== 'number' || count < 0 || count > MAX_VALUES || !COUNTED.includes(fill.type)) return [known];
  return [{ ...known, values: Array<number>(count).fill(numbersOf(fill)[0] ?? 0) }];
};

const shapeOf: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  if (!dims) return [shaped('int64', [''])];
  const values = dims.slice(intOf(op.node, 'start', 0), intOf(op.node, 'end', dims.length));
  return [{ type: 'int64', dims: [values.length], values }];
};

const size: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  return [{ type: 'int64', dims: [], ...(dims && { values: [productOf(dims)] }) }];
};

const range: ShapeRule = (op) => {
  const [start, limit, delta] = [0, 1, 2].map((index) => numbersAt(op, index)?.[0]);
  if (start === undefined || limit === undefined || !delta) return [shaped(typeOf(op), [''])];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  const known = shaped(typeOf(op), [count]);
  return [
    count > MAX_VALUES
      ? known
      : { ...known, values: Array.from({ length: count }, (_, index) => start + index * delta) },
  ];
};

function random(op: Op): readonly Shaped[] {
  const type = dataTypeOfCode(intOf(op.node, 'dtype', 1));
  return [shaped(type, op.node.op.endsWith('Like') ? dimsOf(op, 0) : intsOf(op.node, 'shape'))];
}

/** Operations that give the same whatever is fed, and those that read shapes. */
export const constants: ShapeRules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shapeOf,
  Size: size,
  Range: range,
  EyeLike: (op) => [shaped(dataTypeOfCode(intOf(op.node, 'dtype', 0)) ?? typeOf(op), dimsOf(op, 0))],
  RandomNormal: random,
  RandomUniform: random,
  RandomNormalLike: random,
  RandomUniformLike: random,
  Bernoulli: (op) => [shaped(dataTypeOfCode(intOf(op.node, 'dtype', 0)) ?? typeOf(op), dimsOf(op, 0))],
};
