import { intOf } from '../attribute.js';
import type { DataType } from '../data-type.js';
import type { Dim } from '../model.js';
import { broadcast, dimsOf, type Op, type ShapeRule, type ShapeRules, shaped, typeOf } from './shaped.js';

/** numpy.matmul's shape; undefined when a rank is unknown or a scalar is multiplied. */
function product(a?: readonly Dim[], b?: readonly Dim[]): readonly Dim[] | undefined {
  if (!a?.length || !b?.length) return undefined;
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const batch = broadcast([left.slice(0, -2), right.slice(0, -2)]);
  const rows = a.length === 1 ? [] : [left.at(-2)!];
  const columns = b.length === 1 ? [] : [right.at(-1)!];
  return batch && [...batch, ...rows, ...columns];
}

function swapped(dims: readonly Dim[] | undefined, swap: boolean): readonly Dim[] | undefined {
  return swap && dims && dims.length > 1 ? [...dims.slice(0, -2), dims.at(-1)!, dims.at(-2)!] : dims;
}

function multiply(a: number, b: number, type?: (op: Op) => DataType | undefined): ShapeRule {
  return (op) => [shaped(type ? type(op) : typeOf(op), product(dimsOf(op, a), dimsOf(op, b)))];
}

const gemm: ShapeRule = (op) => {
  const a = swapped(dimsOf(op, 0), intOf(op.node, 'transA', 0) === 1);
  const b = swapped(dimsOf(op, 1), intOf(op.node, 'transB', 0) === 1);
  return [shaped(typeOf(op), product(a, b))];
};

const einsum: ShapeRule = (op) => {
  const attribute = op.node.attributes.get('equation');
  const equation = attribute?.kind === 'string' && typeof attribute.value === 'string' ? attribute.value : '';
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  if (right === undefined || equation.includes('.')) return [shaped(typeOf(op), undefined)];
  const sizes = new Map<string, Dim>();
  left.split(',').forEach((letters, input) => {
    const dims = dimsOf(op, input) ?? [];
    [...letters].forEach((letter, axis) => {
      sizes.set(letter, dims[axis] ?? '');
    });
  });
  return [
    shaped(
      typeOf(op),
      [...right].map((letter) => sizes.get(letter) ?? ''),
    ),
  ];
};

/** Products of matrices. */
export const matmul: ShapeRules = {
  MatMul: multiply(0, 1),
  MatMulInteger: multiply(0, 1, () => 'int32'),
  QLinearMatMul: multiply(0, 3, (op) => typeOf(op, 7)),
  Gemm: gemm,
  FusedGemm: gemm,
  FusedMatMul: gemm,
  Einsum: einsum,
};
