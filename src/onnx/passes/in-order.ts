import type { Model } from '../model.js';

/**
 * A model whose nodes ONNX Runtime runs in the order that they have here. By itself it walks back from the outputs and
 * computes, of what a node needs, the last one in the file first: what a backward pass takes from the forward pass is then
 * made long before it is used, and a training step holds a third more memory. So the last node comes first in the file,
 * which the runtime accepts although ONNX wants files sorted: not for files that others are to read.
 */
export function inOrder(model: Model): Model {
  return { ...model, graph: { ...model.graph, nodes: model.graph.nodes.toReversed() } };
}
