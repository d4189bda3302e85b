import type { InputSpec } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { int, ints } from '#onnx/attribute.js';
import { codeOfDataType, type DataType } from '#onnx/data-type.js';
import { type Dim, feedsOf, type Graph, type Model, type Node, node, type ValueInfo } from '#onnx/model.js';
import { float32Tensor, int64Tensor, type OnnxTensor, tensorOf } from '#onnx/tensor.js';
import { withoutFocus } from './focus.js';
import { type Affine, foldInto } from './fold.js';
import { freshName, withConstantWeights, withGraph } from './surgery.js';

// The prelude lets the hot path hand over bytes: N pictures as uint8 [N, 3, H, W], planes R, G, B.
// What the model wants is done inside the graph, at best by the weights of its first convolution.

/** A graph that eats bytes. */
export interface Fed {
  readonly model: Model;
  /** Name of the uint8 input. */
  readonly input: string;
}

/** Grows the chain of nodes between the bytes and the model's own input. */
class Chain {
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, OnnxTensor>();
  #last: string;
  readonly #graph: Graph;

  constructor(graph: Graph, first: string) {
    this.#graph = graph;
    this.#last = first;
  }

  add(op: string, attributes: Parameters<typeof node>[3] = {}, ...constants: readonly OnnxTensor[]): void {
    const output = freshName(this.#graph, `lookout_${this.nodes.length}_${op}`);
    const inputs = [this.#last];
    for (const [at, constant] of constants.entries()) {
      const name = `${output}_constant${at}`;
      this.constants.set(name, constant);
      inputs.push(name);
    }
    this.nodes.push(node(op, inputs, [output], attributes));
    this.#last = output;
  }

  cast(to: DataType): void {
    this.add('Cast', { to: int(codeOfDataType(to)) });
  }

  /** The nodes, the last of them giving `name`. Without any, an Identity does. */
  ending(name: string): readonly Node[] {
    const last = this.nodes.pop() ?? node('Identity', [this.#last], ['']);
    return [...this.nodes, { ...last, outputs: [name] }];
  }
}

function affineOf({ channels, mean, std }: InputSpec): Affine {
  return { order: channels === 'BGR' ? [2, 1, 0] : [0, 1, 2], mean, std };
}

function isIdentity(affine: Affine): boolean {
  return affine.order[0] === 0 && affine.mean.every((value) => value === 0) && affine.std.every((value) => value === 1);
}

/** Per-channel numbers in the shape that broadcasts over the layout. */
function perChannel(values: readonly number[], layout: InputSpec['layout']): OnnxTensor {
  const dims = layout === 'NCHW' ? [1, 3, 1, 1] : [1, 1, 1, 3];
  return values.every((value) => value === values[0])
    ? float32Tensor([values[0]!], [])
    : float32Tensor([...values], dims);
}

/** What folding has left to do, as nodes. */
function chainOf(chain: Chain, input: InputSpec, left: Affine): void {
  const { type, layout } = input;
  const scales = left.std.some((value) => value !== 1);
  const shifts = left.mean.some((value) => value !== 0);
  if (left.order[0] !== 0) chain.add('Gather', { axis: int(1) }, int64Tensor(left.order));
  if (layout === 'NHWC') chain.add('Transpose', { perm: ints([0, 2, 3, 1]) });
  if (type === 'uint8') {
    if (scales || shifts) {
      throw new LookoutError(
        'model',
        'a uint8 input takes the pixels as they are: expected mean 0 and std 1 in the card',
      );
    }
    return;
  }
  if (type !== 'float16' || scales || shifts) chain.cast('float32');
  if (shifts) chain.add('Sub', {}, perChannel(left.mean, layout));
  if (scales)
    chain.add(
      'Mul',
      {},
      perChannel(
        left.std.map((value) => 1 / value),
        layout,
      ),
    );
  if (type === 'float16') chain.cast('float16');
  // Rounds to the nearest, of two to the even one, and stops at -128 and 127.
  if (type === 'int8') chain.add('QuantizeLinear', {}, float32Tensor([1], []), tensorOf('int8', [], Int8Array.of(0)));
}

/** Batch as declared unless the card fixes it, then the size that is fed where it is always the same. */
function pixelDims(declared: ValueInfo, { size, dims, adapts }: InputSpec): readonly Dim[] {
  const batch = dims[0]! > 0 ? dims[0]! : (declared.dims?.[0] ?? 1);
  const side = adapts ? (['lookout_height', 'lookout_width'] as const) : ([size.height, size.width] as const);
  return [batch === '' ? 'lookout_batch' : batch, 3, ...side];
}

/**
 * Puts the prelude before a model's only input. Exact: only the rounding of float32 differs from feeding floats.
 * @param fold false leaves the weights alone; for comparison
 * @throws LookoutError kind `model` when the input's type cannot be fed from bytes
 */
export function withPrelude(model: Model, input: InputSpec, fold = true): Fed {
  const named = withConstantWeights(model);
  const constant = fold ? withGraph(named, withoutFocus(named.graph)) : named;
  const declared = feedsOf(constant.graph)[0]!;
  const affine = affineOf(input);
  const folded = fold && !isIdentity(affine) ? foldInto(constant.graph, input, affine) : undefined;
  const graph = folded?.graph ?? constant.graph;
  const name = freshName(graph, 'lookout_pixels');
  const chain = new Chain(graph, name);
  chainOf(chain, input, folded?.left ?? affine);
  const nodes = [...chain.ending(input.name), ...graph.nodes];
  const pixels: ValueInfo = { name, type: 'uint8', dims: pixelDims(declared, input) };
  const inputs = graph.inputs.map((each) => (each.name === declared.name ? pixels : each));
  const initialisers = new Map([...graph.initialisers, ...chain.constants]);
  return { model: withGraph(constant, { ...graph, nodes, inputs, initialisers }), input: name };
}
