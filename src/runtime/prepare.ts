import type { Card, InputSpec } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { int } from '#onnx/attribute.js';
import { codeOfDataType } from '#onnx/data-type.js';
import { encodeModel } from '#onnx/encode.js';
import { type Model, node } from '#onnx/model.js';
import { withPostlude } from './graph/postlude.js';
import { withPrelude } from './graph/prelude.js';
import { freshName, withGraph } from './graph/surgery.js';
import { outputsRead } from './outputs-read.js';

/** A graph made ready for the hot path: bytes in, float32 out, nothing computed that nobody reads. */
export interface Prepared {
  /** The bytes of an ONNX file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Name of the uint8 input [N, 3, H, W]. */
  readonly input: string;
  /** The graph's own outputs by the names that the card knows. */
  readonly outputs: readonly { readonly name: string; readonly fetch: string }[];
}

function withFloatOutputs(
  model: Model,
  names: readonly string[],
): Pick<Prepared, 'outputs'> & { readonly model: Model } {
  const nodes = [...model.graph.nodes];
  const outputs = names.map((name) => {
    const declared = model.graph.outputs.find((output) => output.name === name);
    if (!declared)
      throw new LookoutError(
        'model',
        `expected an output ${name}, found ${model.graph.outputs.map((each) => each.name).join(', ')}`,
      );
    if (declared.type === 'float32') return { name, fetch: name, declared };
    const fetch = freshName(model.graph, `lookout_float_${name}`);
    nodes.push(node('Cast', [name], [fetch], { to: int(codeOfDataType('float32')) }));
    return { name, fetch, declared: { ...declared, name: fetch, type: 'float32' as const } };
  });
  return {
    model: withGraph(model, { nodes, outputs: outputs.map(({ declared }) => declared) }),
    outputs: outputs.map(({ name, fetch }) => ({ name, fetch })),
  };
}

/** A prepared graph that gives candidates instead of all rows, and the card that reads them. */
export interface Lean {
  readonly prepared: Prepared;
  readonly card: Card;
}

/**
 * The same with outputs that shrink before they reach JavaScript, for pictures one at a time: only what can reach `floor`.
 * Undefined where that gains nothing.
 */
export function prepareLean(model: Model, card: Card, floor: number): Lean | undefined {
  const read = withFloatOutputs(model, outputsRead(card.decoder));
  const [output] = read.outputs;
  const reduced = output && withPostlude(read.model, card, output.fetch, floor);
  if (!reduced) return undefined;
  const fed = withPrelude(reduced.model, { ...card.input, dims: [1, ...card.input.dims.slice(1)] });
  const outputs = [{ name: output.name, fetch: reduced.fetch }];
  return {
    prepared: { bytes: encodeModel(fed.model), input: fed.input, outputs },
    card: { ...card, decoder: reduced.decoder },
  };
}

/** Prepares a graph for an input as the card describes it and for the outputs that are read. */
export function prepare(model: Model, input: InputSpec, outputs: readonly string[]): Prepared {
  const read = withFloatOutputs(model, outputs);
  const fed = withPrelude(read.model, input);
  return { bytes: encodeModel(fed.model), input: fed.input, outputs: read.outputs };
}
