import { intOf } from '../attribute.js';
import { type DataType, dataTypeOfCode } from '../data-type.js';
import { broadcast, dimsOf, type Op, type ShapeRule, type ShapeRules, shaped, typeOf } from './shaped.js';

const same: ShapeRule = (op) => [shaped(typeOf(op), dimsOf(op, 0))];
const broadcasting: ShapeRule = (op) => [shaped(typeOf(op), broadcast(op.inputs.map((input) => input?.dims)))];
const comparing: ShapeRule = (op) => [shaped('bool', broadcast(op.inputs.map((input) => input?.dims)))];
const testing: ShapeRule = (op) => [shaped('bool', dimsOf(op, 0))];

const SAME =
  'Relu LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Swish Mish Gelu QuickGelu Tanh Softplus Softsign ThresholdedRelu ' +
  'Shrink Exp Log Sqrt Abs Neg Floor Ceil Round Erf Reciprocal Sign Clip Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh ' +
  'Atanh Identity Softmax LogSoftmax Hardmax LRN InstanceNormalization GroupNormalization RMSNormalization LpNormalization ' +
  'MeanVarianceNormalization CumSum Not BitwiseNot Trilu ScatterND ScatterElements Scatter ReverseSequence ' +
  'QLinearSigmoid QLinearLeakyRelu QLinearSoftmax BiasGelu FastGelu';
const BROADCASTING = 'Add Sub Mul Div Pow Mod Min Max Sum Mean And Or Xor BitShift BitwiseAnd BitwiseOr BitwiseXor';
const COMPARING = 'Equal Greater Less GreaterOrEqual LessOrEqual';
const TESTING = 'IsNaN IsInf';

function rulesOf(names: string, rule: ShapeRule): [string, ShapeRule][] {
  return names.split(' ').map((name) => [name, rule]);
}

function castType(op: Op): DataType | undefined {
  return dataTypeOfCode(intOf(op.node, 'to', 0));
}

/** QLinearAdd and QLinearMul: A, its scale, its zero point, then the same for B. */
const quantisedBinary: ShapeRule = (op) => [shaped(typeOf(op), broadcast([dimsOf(op, 0), dimsOf(op, 3)]))];

const batchNormalization: ShapeRule = (op) => {
  const statistics = shaped(typeOf(op, 3), dimsOf(op, 3));
  return [shaped(typeOf(op), dimsOf(op, 0)), statistics, statistics];
};

const layerNormalization: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const axis = intOf(op.node, 'axis', -1);
  const reduced = dims?.map((dim, index) => (index >= (axis < 0 ? axis + dims.length : axis) ? 1 : dim));
  return [shaped(typeOf(op), dims), shaped('float32', reduced), shaped('float32', reduced)];
};

/** Operations on each element, with ONNX's broadcasting where there are several inputs. */
export const elementwise: ShapeRules = {
  ...Object.fromEntries([
    ...rulesOf(SAME, same),
    ...rulesOf(BROADCASTING, broadcasting),
    ...rulesOf(COMPARING, comparing),
    ...rulesOf(TESTING, testing),
  ]),
  Where: (op) => [shaped(typeOf(op, 1) ?? typeOf(op, 2), broadcast([0, 1, 2].map((index) => dimsOf(op, index))))],
  Cast: (op) => [shaped(castType(op), dimsOf(op, 0))],
  CastLike: (op) => [shaped(typeOf(op, 1), dimsOf(op, 0))],
  Dropout: (op) => [shaped(typeOf(op), dimsOf(op, 0)), shaped('bool', dimsOf(op, 0))],
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  QuantizeLinear: (op) => [
    shaped(typeOf(op, 2) ?? dataTypeOfCode(intOf(op.node, 'output_dtype', 0)) ?? 'uint8', dimsOf(op, 0)),
  ],
  DequantizeLinear: (op) => [shaped(typeOf(op, 1), dimsOf(op, 0))],
  DynamicQuantizeLinear: (op) => [shaped('uint8', dimsOf(op, 0)), shaped('float32', []), shaped('uint8', [])],
  QLinearAdd: quantisedBinary,
  QLinearMul: quantisedBinary,
};
