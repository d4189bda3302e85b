import type { Graph } from '#onnx/model.js';
import { elementCount, numbersOf } from '#onnx/tensor.js';
import { constantOf } from './scales-in-graph.js';

/** How a graph's input stands for real numbers: real = (q - zeroPoint) * scale (ONNX `DequantizeLinear`). */
export interface Quantisation {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Operators whose first input comes with its scale and its zero point. */
const READERS = ['DequantizeLinear', 'QLinearConv'];

/** The quantisation that the readers of an input agree on; undefined where they say none, or one for each channel. */
export function quantisationOf(graph: Graph, input: string): Quantisation | undefined {
  const readers = graph.nodes.filter((node) => node.inputs.includes(input));
  const found = readers.map((node): Quantisation | undefined => {
    if (!READERS.includes(node.op) || node.inputs[0] !== input) return undefined;
    const [scale, zero] = [node.inputs[1], node.inputs[2]].map((name) => (name ? constantOf(graph, name) : undefined));
    if (!scale || elementCount(scale.dims) !== 1 || (node.inputs[2] && !zero)) return undefined;
    return { scale: numbersOf(scale)[0]!, zeroPoint: zero ? numbersOf(zero)[0]! : 0 };
  });
  const [first] = found;
  const same = found.every((each) => each && each.scale === first?.scale && each.zeroPoint === first.zeroPoint);
  return first && same && first.scale > 0 ? first : undefined;
}
