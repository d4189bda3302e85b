import { type Attribute, float, int, ints, string, tensor } from './attribute.js';
import type { DataType } from './data-type.js';
import { type Graph, type Model, modelOf, type Node, type ValueInfo } from './model.js';
import { type ArgumentsOf, type AttributesOf, OPS, type OpName, type OpSpec } from './ops.js';
import { shapedConstant } from './shapes/constant.js';
import { inferNode } from './shapes/infer.js';
import type { Shaped } from './shapes/shaped.js';
import { elementCount, float32Tensor, int64Tensor, type OnnxTensor } from './tensor.js';

/** A tensor inside a graph that is being built: type and shape are known, contents only when it runs. */
export interface Value {
  readonly name: string;
  readonly type: DataType;
  readonly dims: readonly number[];
}

export type PlainAttributes = Readonly<Record<string, number | string | readonly number[] | OnnxTensor | undefined>>;

/** One step of the computation as the gradient sees it: an operator, or a group of them with a rule of its own. */
export interface Entry {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: PlainAttributes;
}

type Emitters = { readonly [K in OpName]: (...args: ArgumentsOf<K, Value>) => Value };

/** Operator sets that are emitted; inference needs the version of ONNX's own. */
const OPSET = 20;

const WRITE: Readonly<Record<string, (value: never) => Attribute>> = { float, int, ints, string, tensor };

function isValue(argument: unknown): argument is Value {
  return typeof argument === 'object' && argument !== null && 'name' in argument && 'dims' in argument;
}

/**
 * Builds a graph operator by operator. Every value has a static shape; an operator that does not fit its inputs is
 * refused where it is emitted. What is emitted is also recorded on a tape, for gradients.
 *
 *     const g = new GraphBuilder('net');
 *     const x = g.input('x', [1, 3, 32, 32]);
 *     const y = g.op.Relu(g.op.Conv(x, w, { pads: [1, 1, 1, 1] }));
 *     g.output('y', y);
 *     const bytes = encodeModel(g.build());
 */
export class GraphBuilder {
  /** Emits one operator and gives its first output. */
  readonly op: Emitters;
  readonly tape: Entry[] = [];
  readonly #name: string;
  readonly #nodes: Node[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #initialisers = new Map<string, OnnxTensor>();
  readonly #constants = new Map<string, Value>();
  readonly #known = new Map<string, Shaped>();
  #scope = '';
  #recording = true;

  /**
   * Channels per block in which the CPU provider of the machine that will run the graph convolves fastest (16 with
   * AVX-512, 8 with AVX2); 0 where that is unknown or the graph must run anywhere.
   */
  readonly channelBlock: number;

  constructor(name: string, options: { readonly channelBlock?: number } = {}) {
    this.#name = name;
    this.channelBlock = options.channelBlock ?? 0;
    const emit = (op: OpName) => [op, (...args: unknown[]) => this.#call(op, args)] as const;
    this.op = Object.fromEntries((Object.keys(OPS) as OpName[]).map(emit)) as unknown as Emitters;
  }

  /** Declares an input that must be fed. */
  input(name: string, dims: readonly number[], type: DataType = 'float32'): Value {
    this.#inputs.push({ name, type, dims });
    return this.#value(name, { type, dims });
  }

  /** Declares an output under its own name. */
  output(name: string, value: Value): Value {
    const { outputs } = this.#append('Identity', [value.name], [name], new Map());
    this.#outputs.push({ name, type: value.type, dims: value.dims });
    return this.#value(outputs[0]!, value);
  }

  /** Takes back an input that nothing reads; tells whether it is still there. */
  dropInputIfUnused(name: string): boolean {
    if (this.#nodes.some((it) => it.inputs.includes(name))) return true;
    this.#inputs.splice(
      this.#inputs.findIndex((input) => input.name === name),
      1,
    );
    return false;
  }

  /** A constant; equal small constants become one. */
  constant(content: OnnxTensor): Value {
    const small = content.data.byteLength <= 256 && !content.strings;
    const key = small ? `${content.type}[${content.dims}]${content.data}` : '';
    const existing = this.#constants.get(key);
    if (existing && small) return existing;
    const name = `constant_${this.#initialisers.size}`;
    this.#initialisers.set(name, content);
    const value = this.#value(name, shapedConstant(content));
    if (small) this.#constants.set(key, value);
    return value;
  }

  /** A constant under its own name, never shared: the weights of a finished network. */
  weights(name: string, content: OnnxTensor): Value {
    const value = this.#value(name, shapedConstant(content));
    this.#initialisers.set(name, content);
    return value;
  }

  /** A float32 scalar. */
  scalar(value: number): Value {
    return this.constant(float32Tensor([value], []));
  }

  /** A float32 constant. */
  floats(values: readonly number[] | Float32Array, dims?: readonly number[]): Value {
    return this.constant(float32Tensor(values, dims));
  }

  /** An int64 vector: shapes, axes, indices. */
  ints(values: readonly number[]): Value {
    return this.constant(int64Tensor(values));
  }

  /** The elements of a small constant. @throws TypeError for a value that is only known when the graph runs. */
  numbersOf(value: Value): readonly number[] {
    const values = this.#known.get(value.name)?.values;
    if (!values?.every((element) => typeof element === 'number')) throw new TypeError(`"${value.name}" is no constant`);
    return values as readonly number[];
  }

  /** Emits one operator with `count` outputs. */
  outputs<K extends OpName>(
    op: K,
    inputs: readonly (Value | undefined)[],
    attributes: AttributesOf<K>,
    count: number,
  ): readonly Value[] {
    return this.#emit(op, inputs, attributes as PlainAttributes, count);
  }

  /** Splits along an axis into parts of these sizes. */
  split(x: Value, sizes: readonly number[], axis: number): readonly Value[] {
    return this.outputs('Split', [x, this.ints(sizes)], { axis }, sizes.length);
  }

  reshape(x: Value, dims: readonly number[]): Value {
    return this.op.Reshape(x, this.ints(dims));
  }

  /** Names what is emitted inside `build` with the prefix `name/`. */
  scope<T>(name: string, build: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${name}/`;
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /** Emits operators that the gradient does not see: the caller records an entry for them, or none. */
  untaped<T>(build: () => T): T {
    const outer = this.#recording;
    this.#recording = false;
    try {
      return build();
    } finally {
      this.#recording = outer;
    }
  }

  /** Emits a group of operators and records it as one entry with a gradient rule of its own. */
  group(
    op: string,
    inputs: readonly Value[],
    attributes: PlainAttributes,
    build: () => readonly Value[],
  ): readonly Value[] {
    const outputs = this.untaped(build);
    if (this.#recording) this.tape.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  /** The graph so far. */
  graph(): Graph {
    const nodes = named(this.#nodes, new Set(this.#outputs.map(({ name }) => name)));
    const used = new Set(nodes.flatMap((it) => it.inputs));
    const initialisers = new Map([...this.#initialisers].filter(([name]) => used.has(name)));
    return {
      name: this.#name,
      nodes,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initialisers,
      values: [],
    };
  }

  /** The graph so far as a model. */
  build(metadata?: ReadonlyMap<string, string>): Model {
    return modelOf(this.graph(), metadata);
  }

  #call(op: OpName, args: readonly unknown[]): Value {
    const last = args.at(-1);
    const attributes = last !== undefined && !isValue(last) ? (last as PlainAttributes) : {};
    const inputs = args.filter((argument) => argument === undefined || isValue(argument));
    // An optional input that is left out at the end is not written: the WebGPU provider crashes on an empty name there.
    while (inputs.length > 0 && inputs.at(-1) === undefined) inputs.pop();
    return this.#emit(op, inputs, attributes, 1)[0]!;
  }

  #emit(
    op: OpName,
    inputs: readonly (Value | undefined)[],
    attributes: PlainAttributes,
    count: number,
  ): readonly Value[] {
    const spec: OpSpec = OPS[op];
    const written = new Map<string, Attribute>();
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) written.set(name, WRITE[spec.attributes![name]!]!(value as never));
    }
    const base = `${this.#scope}${op}_${this.#nodes.length}`;
    const names = Array.from({ length: count }, (_, index) => (index === 0 ? base : `${base}:${index}`));
    const { shapes } = this.#append(
      spec.op ?? op,
      inputs.map((input) => input?.name ?? ''),
      names,
      written,
      spec.domain,
    );
    const outputs = names.map((name, index) => this.#value(name, shapes[index]!));
    if (this.#recording) this.tape.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  #append(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Node['attributes'],
    domain = '',
  ) {
    const node: Node = { op, domain, name: outputs[0]!, inputs, outputs, attributes };
    const known = inputs.map((name) => (name === '' ? undefined : this.#known.get(name)));
    const shapes = inferNode({ node, opset: OPSET, inputs: known });
    const open = shapes.find(({ type, dims }) => !type || !dims || dims.some((dim) => typeof dim !== 'number'));
    if (open) {
      const fed = known.map((it) => `${it?.type ?? '-'}[${it?.dims ?? ''}]`).join(', ');
      throw new RangeError(`${op} "${outputs[0]}" does not fit its inputs: ${fed}`);
    }
    this.#nodes.push(node);
    return { outputs, shapes };
  }

  #value(name: string, known: Shaped): Value {
    if (this.#known.has(name)) throw new RangeError(`two values are called "${name}"`);
    this.#known.set(name, known);
    return { name, type: known.type!, dims: known.dims as readonly number[] };
  }
}

/** Number of elements of a value. */
export function sizeOf(value: Value): number {
  return elementCount(value.dims);
}

/** Values that an Identity gives out take the output's name at once: a copy less. One that two outputs show is copied for the second. */
function named(nodes: readonly Node[], outputs: ReadonlySet<string>): Node[] {
  const made = new Set(nodes.flatMap((it) => it.outputs).filter((name) => !outputs.has(name)));
  const names = new Map<string, string>();
  const kept = nodes.filter(({ op, inputs: [from], outputs: [to] }) => {
    const copies = op !== 'Identity' || !outputs.has(to!) || !made.has(from!) || names.has(from!);
    if (!copies) names.set(from!, to!);
    return copies;
  });
  const rename = (name: string) => names.get(name) ?? name;
  return kept.map((it) => ({ ...it, inputs: it.inputs.map(rename), outputs: it.outputs.map(rename) }));
}
