import { tensorAttributeOf } from '#onnx/attribute.js';
import type { Graph, Node } from '#onnx/model.js';
import { elementCount, numbersOf, type OnnxTensor } from '#onnx/tensor.js';

/** Operators that only move or retype pixels. */
const CARRIERS = ['Cast', 'Transpose', 'Identity', 'Gather', 'Reshape', 'Squeeze', 'Unsqueeze', 'DequantizeLinear'];

/** A value that never changes. */
export function constantOf(graph: Graph, name: string): OnnxTensor | undefined {
  const producer = graph.nodes.find((node) => node.op === 'Constant' && node.outputs[0] === name);
  return graph.initialisers.get(name) ?? (producer && tensorAttributeOf(producer, 'value'));
}

function factorOf(graph: Graph, node: Node, value: string): number | undefined {
  const other = node.inputs.find((name) => name !== value);
  const constant = other === undefined ? undefined : constantOf(graph, other);
  if (!constant || elementCount(constant.dims) !== 1) return undefined;
  const [number] = numbersOf(constant);
  if (node.op === 'Mul') return number;
  return node.op === 'Div' && node.inputs[0] === value ? 1 / number! : undefined;
}

/** Whether a graph itself brings pixels from 0..255 to 0..1 with its first arithmetic. */
export function scalesInGraph(graph: Graph, input: string): boolean {
  let value = input;
  for (let step = 0; step < 8; step++) {
    const readers = graph.nodes.filter((node) => node.inputs.includes(value));
    const [node] = readers;
    if (readers.length !== 1 || !node) return false;
    if (node.op === 'Mul' || node.op === 'Div') {
      const factor = factorOf(graph, node, value);
      return factor !== undefined && Math.abs(factor * 255 - 1) < 0.01;
    }
    if (!CARRIERS.includes(node.op) || node.outputs[0] === undefined) return false;
    value = node.outputs[0];
  }
  return false;
}
