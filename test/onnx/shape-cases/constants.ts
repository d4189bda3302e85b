import { float, int, ints, tensor } from '#onnx/attribute.js';
import { float32Tensor, int64Tensor } from '#onnx/tensor.js';
import { c, f, many, type ShapeCase } from './case.js';

export const constants: readonly ShapeCase[] = [
  { op: 'Constant', inputs: [], attributes: { value: tensor(float32Tensor([1, 2, 3])) } },
  { op: 'Constant', why: 'ints', inputs: [], attributes: { value_ints: ints([1, 2]) } },
  { op: 'Constant', why: 'float', inputs: [], attributes: { value_float: float(2) } },
  { op: 'ConstantOfShape', inputs: [c([2, 3])], attributes: { value: tensor(int64Tensor([7])) } },
  { op: 'ConstantOfShape', why: 'zeros', inputs: [c([4])] },
  { op: 'Shape', inputs: [f(2, 3, 4)] },
  { op: 'Shape', why: 'a part', inputs: [f(2, 3, 4)], attributes: { start: int(1), end: int(-1) } },
  { op: 'Size', inputs: [f(2, 3, 4)] },
  { op: 'Range', inputs: [c([1], 'int64', []), c([10], 'int64', []), c([2], 'int64', [])] },
  { op: 'Range', why: 'empty', inputs: [c([5], 'int64', []), c([1], 'int64', []), c([2], 'int64', [])] },
  { op: 'EyeLike', inputs: [f(3, 4)] },
  ...many('RandomNormal RandomUniform', { inputs: [], attributes: { shape: ints([2, 3]) } }),
  ...many('RandomNormalLike RandomUniformLike', { inputs: [f(2, 3)] }),
  { op: 'Bernoulli', inputs: [f(2, 3)], opset: 15 },
];
