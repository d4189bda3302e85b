/** Operations on two or more tensors with broadcasting: each gradient is summed back to the shape of its input. */
import type { GraphBuilder, Value } from '#onnx/builder.js';
import { mask, type OpRules, type Rule, unbroadcast } from '../rule.js';

type Part = (g: GraphBuilder, dy: Value, values: { a: Value; b: Value; y: Value }) => Value;

function pair(da: Part, db: Part): Rule {
  return ({ g, inputs, outputs, dy, needs }) => {
    const values = { a: inputs[0]!, b: inputs[1]!, y: outputs[0]! };
    return [da, db].map((part, index) =>
      needs(index) ? unbroadcast(g, part(g, dy, values), inputs[index]!) : undefined,
    );
  };
}

/** Each input that equals the extreme takes the gradient; of k equal ones each takes 1 / k. */
const extreme: Rule = ({ g, inputs, outputs, dy, needs }) => {
  const hits = inputs.map((x) => mask(g, g.op.Equal(x, outputs[0]!)));
  const share = g.op.Div(
    dy,
    hits.slice(1).reduce((sum, hit) => g.op.Add(sum, hit), hits[0]!),
  );
  return inputs.map((x, index) => (needs(index) ? unbroadcast(g, g.op.Mul(share, hits[index]!), x) : undefined));
};

const sum: Rule = ({ g, inputs, dy, needs }) =>
  inputs.map((x, index) => (needs(index) ? unbroadcast(g, dy, x) : undefined));

const where: Rule = ({ g, inputs, dy, needs }) => {
  const [condition, a, b] = inputs as [Value, Value, Value];
  const zero = g.scalar(0);
  return [
    undefined,
    needs(1) ? unbroadcast(g, g.op.Where(condition, dy, zero), a) : undefined,
    needs(2) ? unbroadcast(g, g.op.Where(condition, zero, dy), b) : undefined,
  ];
};

/** d(a^b) = b a^(b-1) da + y log(a) db; the second for a > 0 only. */
function powerOfBase(g: GraphBuilder, dy: Value, { a, b }: { a: Value; b: Value }): Value {
  return g.op.Mul(dy, g.op.Mul(b, g.op.Pow(a, g.op.Sub(b, g.scalar(1)))));
}

export const arithmetic: OpRules<
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'Div'
  | 'Pow'
  | 'Mod'
  | 'BitwiseAnd'
  | 'BitwiseXor'
  | 'BitShift'
  | 'Min'
  | 'Max'
  | 'Sum'
  | 'Where'
  | 'Equal'
  | 'Greater'
  | 'GreaterOrEqual'
  | 'Less'
  | 'LessOrEqual'
  | 'And'
  | 'Or'
> = {
  Add: sum,
  Sub: pair(
    (_, dy) => dy,
    (g, dy) => g.op.Neg(dy),
  ),
  Mul: pair(
    (g, dy, { b }) => g.op.Mul(dy, b),
    (g, dy, { a }) => g.op.Mul(dy, a),
  ),
  /** d(a / b) = da / b - y / b db. */
  Div: pair(
    (g, dy, { b }) => g.op.Div(dy, b),
    (g, dy, { b, y }) => g.op.Neg(g.op.Div(g.op.Mul(dy, y), b)),
  ),
  Pow: pair(powerOfBase, (g, dy, { a, y }) => g.op.Mul(dy, g.op.Mul(y, g.op.Log(a)))),
  Mod: 'flat',
  BitwiseAnd: 'flat',
  BitwiseXor: 'flat',
  BitShift: 'flat',
  Min: extreme,
  Max: extreme,
  Sum: sum,
  Where: where,
  Equal: 'flat',
  Greater: 'flat',
  GreaterOrEqual: 'flat',
  Less: 'flat',
  LessOrEqual: 'flat',
  And: 'flat',
  Or: 'flat',
};
