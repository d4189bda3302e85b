import { type Attribute, int } from '#onnx/attribute.js';
import { codeOfDataType } from '#onnx/data-type.js';
import { type Model, type Node, node } from '#onnx/model.js';
import { float32Tensor, type OnnxTensor } from '#onnx/tensor.js';
import { freshName, withGraph, withoutUnread } from './surgery.js';

/** Suppression of NVIDIA's TensorRT: files for it end in this operation, which ONNX Runtime does not have. */
const PLUGIN = 'EfficientNMS_TRT';

/** Output in the plugin's place: rows [B, N, 4+C] of centre and size in px and class scores. */
export const BEFORE_NMS = 'lookout_before_nms';

/** Corners to centre and size, as a matrix on the right of [N, 4]. */
const TO_CENTRE = [0.5, 0, -1, 0, 0, 0.5, 0, -1, 0.5, 0, 1, 0, 0, 0.5, 0, 1];

/** An int attribute; PyTorch writes a list of one where the exporter had a tuple (YOLOv7's `box_coding`). */
function numberOf(attribute: Attribute | undefined): number {
  if (attribute?.kind === 'ints') return Number(attribute.value[0] ?? 0);
  return attribute?.kind === 'int' ? Number(attribute.value) : 0;
}

/**
 * A graph without the plugin: what it would have suppressed is given out (NVIDIA TensorRT `efficientNMSPlugin`: box_coding 0
 * are corners, 1 centres; score_activation 1 is a sigmoid). Other graphs come back as they are.
 */
export function withoutTensorRtNms(model: Model): Model {
  const { graph } = model;
  const plugin = graph.nodes.find(({ op }) => op === PLUGIN);
  if (plugin?.inputs.length !== 2) return model;
  const nodes: Node[] = graph.nodes.filter((each) => each !== plugin);
  const initialisers = new Map(graph.initialisers);
  const add = (op: string, inputs: readonly string[], attributes = {}, output = freshName(graph, `lookout_${op}`)) => {
    nodes.push(node(op, inputs, [output], attributes));
    return output;
  };
  const constant = (name: string, tensor: OnnxTensor) => {
    initialisers.set(name, tensor);
    return name;
  };
  const toFloat = { to: int(codeOfDataType('float32')) };
  const [given, scores] = plugin.inputs.map((input, at) => add('Cast', [input], toFloat, `${BEFORE_NMS}_${at}`)) as [
    string,
    string,
  ];
  const isCentre = numberOf(plugin.attributes.get('box_coding')) === 1;
  const matrix = () => constant(freshName(graph, 'lookout_to_centre'), float32Tensor(TO_CENTRE, [4, 4]));
  const boxes = isCentre ? given : add('MatMul', [given, matrix()]);
  const isLogit = numberOf(plugin.attributes.get('score_activation')) === 1;
  add('Concat', [boxes, isLogit ? add('Sigmoid', [scores]) : scores], { axis: int(2) }, BEFORE_NMS);
  const others = graph.outputs.filter(({ name }) => !plugin.outputs.includes(name));
  const outputs = [{ name: BEFORE_NMS, type: 'float32' as const }, ...others];
  const opsets = new Map([...model.opsets].filter(([domain]) => domain === '' || domain !== plugin.domain));
  const cut = withGraph({ ...model, opsets }, { nodes, initialisers, outputs });
  return { ...cut, graph: withoutUnread(cut.graph) };
}
