import { int } from '#onnx/attribute.js';
import { codeOfDataType } from '#onnx/data-type.js';
import { float32Of, float32Tensor, type OnnxTensor, tensorOf } from '#onnx/tensor.js';
import { TinyModel } from './tiny-models.js';

// The same networks in other numbers, and a relative of other rows.

/** All of it in float16: input, weights and outputs, with casts where the tests' runtime has no float16 constants. */
export function halved(model: TinyModel): TinyModel {
  return model.changed((graph) => {
    const to16 = { to: int(codeOfDataType('float16')) };
    const to32 = { to: int(codeOfDataType('float32')) };
    const cast = (from: string, to: string, attributes: typeof to16) => TinyModel.node('Cast', [from], to, attributes);
    const weights = [...graph.initialisers].filter(([, { type }]) => type === 'float32').map(([name]) => name);
    const [input, output] = [graph.inputs[0]!, graph.outputs[0]!];
    const first = cast('half_input', input.name, to32);
    // Through 16 bits and back, as a float16 weight is.
    const rounding = weights.flatMap((name) => [
      cast(name, `${name}_16`, to16),
      cast(`${name}_16`, `${name}_32`, to32),
    ]);
    const nodes = graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (weights.includes(name) ? `${name}_32` : name)),
    }));
    return {
      ...graph,
      nodes: [first, ...rounding, ...nodes, cast(output.name, 'half_output', to16)],
      inputs: [{ ...input, name: 'half_input', type: 'float16' }],
      outputs: [{ ...output, name: 'half_output', type: 'float16' }],
    };
  });
}

/** What every convolution reads and its weights go through 8 bits, as `quantize_static` with `QuantFormat.QDQ` writes it. */
export function quantised(model: TinyModel): TinyModel {
  return model.changed((graph) => {
    const initialisers = new Map(graph.initialisers);
    const constant = (name: string, tensor: OnnxTensor) => {
      initialisers.set(name, tensor);
      return name;
    };
    const scale = constant('q_scale', float32Tensor([1], []));
    const zero = constant('q_zero', tensorOf('uint8', [], Uint8Array.of(0)));
    const before = ['QuantizeLinear', 'DequantizeLinear'] as const;
    const nodes = graph.nodes.flatMap((node, at) => {
      if (node.op !== 'Conv') return [node];
      const [value, weights] = node.inputs as [string, string];
      const numbers = float32Of(graph.initialisers.get(weights)!);
      const step = Math.max(...numbers.map(Math.abs)) / 127;
      const bytes = Int8Array.from(numbers, (number) => Math.round(number / step));
      const { dims } = graph.initialisers.get(weights)!;
      initialisers.delete(weights);
      const kept = constant(`q_weights_${at}`, tensorOf('int8', dims, bytes));
      const own = [
        constant(`q_step_${at}`, float32Tensor([step], [])),
        constant(`q_middle_${at}`, tensorOf('int8', [], Int8Array.of(0))),
      ];
      return [
        TinyModel.node(before[0], [value, scale, zero], `q_${at}`),
        TinyModel.node(before[1], [`q_${at}`, scale, zero], `dq_${at}`),
        TinyModel.node(before[1], [kept, ...own], `w_${at}`),
        { ...node, inputs: [`dq_${at}`, `w_${at}`] },
      ];
    });
    return { ...graph, nodes, initialisers };
  });
}

/** meituan/YOLOv6: rows [1, cells, 5+C] with a one for the objectness. */
export function yolov6(classes: number): TinyModel {
  const model = new TinyModel();
  const rows = (count: number) => model.add('Sigmoid', [model.rows(count, [8, 16, 32])]);
  const boxes = model.add('Mul', [rows(4), model.constant(float32Tensor([200], []))]);
  const nothing = model.add('Mul', [rows(1), model.constant(float32Tensor([0], []))]);
  const one = model.add('Add', [nothing, model.constant(float32Tensor([1], []))]);
  return model.output(model.add('Concat', [boxes, one, rows(classes)], { axis: int(2) }));
}
