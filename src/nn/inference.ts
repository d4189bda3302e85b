import { GraphBuilder, type Value } from '#onnx/builder.js';
import type { Model } from '#onnx/model.js';
import { float32Tensor } from '#onnx/tensor.js';
import { sourceOf, unflatten } from './flat.js';
import type { InputSpec, Layout } from './layout.js';
import { Net, type Network, type Source } from './net.js';
import { pictures } from './pictures.js';

/** Trained values of a layout. */
export interface Weights {
  readonly parameters: Float32Array;
  readonly states: Float32Array;
}

/** The network with fed `parameters` and `states`, for evaluation while it is trained; outputs under their own names. */
export function compileForward(network: Network, input: InputSpec, layout: Layout): Model {
  const g = new GraphBuilder('forward');
  const parameters = unflatten(g, g.input('parameters', [layout.parameterCount]), layout.parameters, 'cpu');
  const states =
    layout.stateCount > 0 ? unflatten(g, g.input('states', [layout.stateCount]), layout.states, 'cpu') : new Map();
  return finish(g, { network, input }, sourceOf(parameters, states));
}

/** What is added behind a network when it is exported: decoded boxes, concatenated heads. */
export type Tail = (g: GraphBuilder, outputs: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>;

export interface ExportPlan {
  readonly network: Network;
  readonly input: InputSpec;
  readonly layout: Layout;
  readonly weights: Weights;
  readonly tail?: Tail | undefined;
}

/** The network with its weights as constants, a model to run anywhere. Fold its normalisation with foldBatchNorm. */
export function inferenceModel({ network, input, layout, weights, tail }: ExportPlan): Model {
  const g = new GraphBuilder('network');
  const constants = (slots: Layout['parameters'] | Layout['states'], flat: Float32Array) =>
    new Map(
      slots.map(({ name, dims, offset, size }) => [
        name,
        g.weights(name, float32Tensor(flat.slice(offset, offset + size), dims)),
      ]),
    );
  const source = sourceOf(constants(layout.parameters, weights.parameters), constants(layout.states, weights.states));
  return finish(g, { network, input, tail }, source);
}

function finish(
  g: GraphBuilder,
  { network, input, tail }: Pick<ExportPlan, 'network' | 'input' | 'tail'>,
  source: Source,
): Model {
  const net = new Net(g, { mode: 'inference', source });
  const outputs = network(net, pictures(g, input));
  for (const [name, value] of Object.entries(tail ? tail(g, outputs) : outputs)) g.output(name, value);
  return g.build();
}
