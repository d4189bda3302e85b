import { int, string } from '#onnx/attribute.js';
import { f, fed, MS, NCHWC, type ShapeCase, scale, u8 } from './case.js';

export const products: readonly ShapeCase[] = [
  { op: 'MatMul', inputs: [f(2, 1, 3, 4), f(5, 4, 6)] },
  { op: 'MatMul', why: 'vector on the left', inputs: [f(4), f(5, 4, 6)] },
  { op: 'MatMul', why: 'vector on the right', inputs: [f(3, 4), f(4)] },
  { op: 'MatMul', why: 'two vectors', inputs: [f(4), f(4)] },
  { op: 'MatMulInteger', inputs: [fed('uint8', [3, 4]), fed('uint8', [4, 2])] },
  { op: 'QLinearMatMul', inputs: [fed('uint8', [3, 4]), scale, u8(), fed('uint8', [4, 2]), scale, u8(), scale, u8()] },
  { op: 'Gemm', inputs: [f(4, 3), f(5, 4), f(5)], attributes: { transA: int(1), transB: int(1) } },
  { op: 'FusedGemm', inputs: [f(4, 3), f(3, 5)], attributes: { activation: string('Relu') }, ...MS },
  { op: 'FusedMatMul', inputs: [f(2, 4, 3), f(2, 5, 4)], attributes: { transA: int(1), transB: int(1) }, ...MS },
  { op: 'ReorderInput', inputs: [f(2, 32, 3, 5)], ...NCHWC },
  { op: 'ReorderOutput', inputs: [f(2, 32, 3, 5)], attributes: { channels: int(32) }, ...NCHWC },
  { op: 'Einsum', inputs: [f(2, 3, 4), f(2, 4, 5)], attributes: { equation: string('bij,bjk->bik') } },
];
