import type { GraphBuilder, Value } from '#onnx/builder.js';
import { type OpRules, type Rule, unbroadcast } from '../rule.js';

/** a b with either one transposed in its last two axes. */
function product(
  g: GraphBuilder,
  a: Value,
  b: Value,
  transposed: { readonly a?: boolean; readonly b?: boolean },
): Value {
  const flags = { transA: transposed.a ? 1 : 0, transB: transposed.b ? 1 : 0 };
  return flags.transA || flags.transB ? g.op.FusedMatMul(a, b, flags) : g.op.MatMul(a, b);
}

/** y = a b: da = dy b^T, db = a^T dy. Vectors are treated as matrices of one row or column. */
const matMul: Rule = ({ g, inputs, outputs, dy, needs }) => {
  const [a, b] = inputs as [Value, Value];
  const left = a.dims.length === 1 ? g.reshape(a, [1, ...a.dims]) : a;
  const right = b.dims.length === 1 ? g.reshape(b, [...b.dims, 1]) : b;
  const batch = outputs[0]!.dims.slice(
    0,
    outputs[0]!.dims.length - (a.dims.length > 1 ? 1 : 0) - (b.dims.length > 1 ? 1 : 0),
  );
  const dims = [...batch, left.dims.at(-2)!, right.dims.at(-1)!];
  const gradient = dims.length === dy.dims.length ? dy : g.reshape(dy, dims);
  const back = (value: Value, to: Value) => {
    const summed = unbroadcast(g, value, to.dims.length === 1 ? (to === a ? left : right) : to);
    return to.dims.length === 1 ? g.reshape(summed, to.dims) : summed;
  };
  return [
    needs(0) ? back(product(g, gradient, right, { b: true }), a) : undefined,
    needs(1) ? back(sharedProduct(g, left, gradient, right), b) : undefined,
  ];
};

/** a^T dy; where one matrix b serves a whole batch, the batch is folded into the rows: one product instead of many and a sum. */
function sharedProduct(g: GraphBuilder, a: Value, dy: Value, b: Value): Value {
  if (b.dims.length !== 2 || a.dims.length === 2) return product(g, a, dy, { a: true });
  const rows = (value: Value) => g.reshape(value, [-1, value.dims.at(-1)!]);
  return product(g, rows(a), rows(dy), { a: true });
}

interface GemmAttributes {
  readonly alpha?: number;
  readonly beta?: number;
  readonly transA?: number;
  readonly transB?: number;
}

/** y = alpha A B + beta c, A and B possibly transposed. */
const gemm: Rule<GemmAttributes> = ({ g, inputs, attributes, dy, needs }) => {
  const [a, b, c] = inputs as [Value, Value, Value | undefined];
  const { alpha = 1, beta = 1, transA = 0, transB = 0 } = attributes;
  const da = () =>
    transA
      ? g.op.Gemm(b, dy, { alpha, transA: transB, transB: 1 })
      : g.op.Gemm(dy, b, { alpha, transB: transB ? 0 : 1 });
  const db = () =>
    transB
      ? g.op.Gemm(dy, a, { alpha, transA: 1, transB: transA })
      : g.op.Gemm(a, dy, { alpha, transA: transA ? 0 : 1 });
  const dc = () => unbroadcast(g, beta === 1 ? dy : g.op.Mul(dy, g.scalar(beta)), c!);
  return [needs(0) ? da() : undefined, needs(1) ? db() : undefined, needs(2) ? dc() : undefined];
};

export const products: OpRules<'MatMul' | 'Gemm' | 'FusedMatMul'> = {
  MatMul: matMul,
  Gemm: gemm,
  FusedMatMul: 'backward',
};
