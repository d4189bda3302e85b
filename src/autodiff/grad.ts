import type { Entry, GraphBuilder, Value } from '#onnx/builder.js';
import { type Step, type Target, zerosLike } from './rule.js';
import { RULES } from './rules.js';

export interface GradientOptions {
  /** The provider that will run the graph; forms that it computes wrongly or slowly are avoided. */
  readonly target?: Target;
}

/** Names of the values that depend on one of `roots`, the roots included. */
function dependents(tape: readonly Entry[], roots: readonly Value[]): Set<string> {
  const names = new Set(roots.map(({ name }) => name));
  for (const { op, inputs, outputs } of tape) {
    if (RULES[op] === 'flat' || !inputs.some((input) => input && names.has(input.name))) continue;
    for (const output of outputs) names.add(output.name);
  }
  return names;
}

/** Gradients that have arrived at values so far. */
class Arrivals {
  readonly #parts = new Map<string, Value[]>();

  add(value: Value, gradient: Value): void {
    if (String(value.dims) !== String(gradient.dims)) {
      throw new RangeError(`the gradient of "${value.name}" [${value.dims}] came out as [${gradient.dims}]`);
    }
    const parts = this.#parts.get(value.name);
    if (parts) parts.push(gradient);
    else this.#parts.set(value.name, [gradient]);
  }

  /** The sum of what has arrived; undefined where nothing has. */
  total(g: GraphBuilder, value: Value): Value | undefined {
    const parts = this.#parts.get(value.name);
    if (!parts) return undefined;
    const sum = parts.reduce((a, b) => g.op.Add(a, b));
    this.#parts.set(value.name, [sum]);
    return sum;
  }
}

function applyRule(
  g: GraphBuilder,
  entry: Entry,
  step: Pick<Step, 'dys' | 'needs' | 'target'>,
): readonly (Value | undefined)[] {
  const rule = RULES[entry.op];
  if (!rule) throw new TypeError(`no gradient rule for ${entry.op}`);
  if (rule === 'backward') throw new TypeError(`${entry.op} "${entry.outputs[0]!.name}" has no gradient`);
  if (rule === 'flat') return [];
  const { inputs, outputs, attributes } = entry;
  const whole = {
    ...step,
    g,
    inputs,
    outputs,
    attributes,
    get dy() {
      return step.dys[0] ?? zerosLike(g, outputs[0]!);
    },
  };
  return rule(whole as unknown as Step<never>);
}

/**
 * Emits the gradients of a scalar with respect to some values, by walking the tape backwards (reverse mode). Only what
 * leads from the loss to one of those values is emitted. A value that the loss does not depend on gets zeros.
 *
 * @throws RangeError when the loss is no scalar; TypeError when the way leads through an operator without a gradient.
 */
export function gradients(
  g: GraphBuilder,
  loss: Value,
  wrt: readonly Value[],
  options: GradientOptions = {},
): readonly Value[] {
  if (loss.dims.some((size) => size !== 1)) throw new RangeError(`a loss is one number, got [${loss.dims}]`);
  const tape = [...g.tape];
  const wanted = dependents(tape, wrt);
  const arrivals = new Arrivals();
  return g.untaped(() => {
    arrivals.add(loss, g.op.Expand(g.scalar(1), g.ints(loss.dims)));
    for (const entry of tape.toReversed()) {
      const needs = (index: number) => entry.inputs[index] !== undefined && wanted.has(entry.inputs[index]!.name);
      if (!entry.inputs.some((_, index) => needs(index))) continue;
      const dys = entry.outputs.map((output) => arrivals.total(g, output));
      if (dys.every((dy) => dy === undefined)) continue;
      const found = applyRule(g, entry, { dys, needs, target: options.target ?? 'cpu' });
      found.forEach((gradient, index) => {
        if (gradient && needs(index)) arrivals.add(entry.inputs[index]!, gradient);
      });
    }
    return wrt.map((value) => arrivals.total(g, value) ?? zerosLike(g, value));
  });
}
