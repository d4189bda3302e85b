import type { Random } from '#core/random.js';
import { float, ints } from '#onnx/attribute.js';
import { type Model, modelOf, type Node, node } from '#onnx/model.js';
import { float32Tensor, type OnnxTensor } from '#onnx/tensor.js';

/** A small network as detectors have it: conv, batch norm, activation; a residual, an upsampling, a concatenation, a head. */
export function smallNetwork(random: Random): Model {
  const initialisers = new Map<string, OnnxTensor>();
  const nodes: Node[] = [];
  const constant = (name: string, dims: number[], draw: () => number): string => {
    const values = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, draw);
    initialisers.set(name, float32Tensor(values, dims));
    return name;
  };
  const conv = (input: string, name: string, [from, to, kernel, stride]: number[]): string => {
    const scale = Math.sqrt(2 / (from! * kernel! ** 2));
    const weights = constant(`${name}.w`, [to!, from!, kernel!, kernel!], () => scale * random.normal());
    const pad = (kernel! - 1) / 2;
    const attributes = {
      kernel_shape: ints([kernel!, kernel!]),
      strides: ints([stride!, stride!]),
      pads: ints([pad, pad, pad, pad]),
    };
    nodes.push(node('Conv', [input, weights], [`${name}.conv`], attributes));
    const norm = [
      constant(`${name}.scale`, [to!], () => random.between(0.5, 1.5)),
      constant(`${name}.shift`, [to!], () => 0.2 * random.normal()),
      constant(`${name}.mean`, [to!], () => 0.2 * random.normal()),
      constant(`${name}.variance`, [to!], () => random.between(0.5, 2)),
    ];
    nodes.push(node('BatchNormalization', [`${name}.conv`, ...norm], [`${name}.norm`], { epsilon: float(1e-3) }));
    nodes.push(node('Sigmoid', [`${name}.norm`], [`${name}.gate`]));
    nodes.push(node('Mul', [`${name}.norm`, `${name}.gate`], [name]));
    return name;
  };
  const stem = conv('x', 'stem', [3, 16, 3, 2]);
  const block = conv(stem, 'block', [16, 16, 3, 1]);
  nodes.push(node('Add', [stem, block], ['sum']));
  const down = conv('sum', 'down', [16, 32, 3, 2]);
  initialisers.set('scales', float32Tensor([1, 1, 2, 2]));
  nodes.push(node('Resize', [down, '', 'scales'], ['up']));
  nodes.push(node('Concat', ['up', 'sum'], ['both'], { axis: { kind: 'int', value: 1 } }));
  const neck = conv('both', 'neck', [48, 32, 1, 1]);
  constant('head.w', [18, 32, 1, 1], () => 0.2 * random.normal());
  constant('head.b', [18], () => random.normal());
  nodes.push(node('Conv', [neck, 'head.w', 'head.b'], ['head'], { kernel_shape: ints([1, 1]) }));
  return modelOf({
    name: 'small',
    nodes,
    inputs: [{ name: 'x', type: 'float32', dims: [1, 3, 32, 32] }],
    outputs: [{ name: 'head', type: 'float32', dims: [1, 18, 16, 16] }],
    initialisers,
    values: [],
  });
}

/** Inputs like pictures: 0..1, smooth. */
export function picture(random: Random): Float32Array {
  const [a, b, c] = [random.between(0, 6), random.between(0, 6), random.between(0.1, 0.5)];
  return Float32Array.from({ length: 3 * 32 * 32 }, (_, n) => {
    const [x, y] = [n % 32, Math.floor(n / 32) % 32];
    return 0.5 + 0.3 * Math.sin(a + x * c) * Math.cos(b + y * c) + 0.2 * (random.float() - 0.5);
  });
}
