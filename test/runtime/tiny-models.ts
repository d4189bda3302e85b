import { Random } from '#core/random.js';
import { type Attribute, int, ints } from '#onnx/attribute.js';
import { codeOfDataType, type DataType } from '#onnx/data-type.js';
import { encodeModel } from '#onnx/encode.js';
import { type Dim, type Graph, type Model, modelOf, type Node, node, type ValueInfo } from '#onnx/model.js';
import { float32Tensor, int64Tensor, type OnnxTensor, tensorOf } from '#onnx/tensor.js';
import { type ModelFile, modelFileOf } from '#runtime/model-file.js';

/** How a tiny model takes its pictures. */
export interface TinyInput {
  readonly dims?: readonly Dim[];
  readonly type?: 'float32' | 'float16' | 'uint8' | 'int8';
  /** An int8 input goes through DequantizeLinear: scale and zero point. */
  readonly quantised?: readonly [scale: number, zeroPoint: number];
  readonly layout?: 'NCHW' | 'NHWC';
  /** What the graph multiplies its input with first. */
  readonly factor?: number;
}

/** Builds small networks with the outputs of real ones: each head is one 1x1 convolution whose stride is the head's. */
export class TinyModel {
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #outputs: ValueInfo[] = [];
  readonly #input: ValueInfo;
  readonly #picture: string;
  readonly #random = new Random(7);
  readonly #rewrites: ((graph: Graph) => Graph)[] = [];
  readonly metadata = new Map<string, string>();

  constructor({ dims = [1, 3, 96, 96], type = 'float32', layout = 'NCHW', factor, quantised }: TinyInput = {}) {
    this.#input = { name: 'pixels', type, dims };
    let picture = 'pixels';
    if (quantised) {
      const zero = tensorOf('int8', [], Int8Array.of(quantised[1]));
      const constants = [this.constant(float32Tensor([quantised[0]], [])), this.constant(zero)];
      picture = this.add('DequantizeLinear', [picture, ...constants]);
    } else if (type !== 'float32') picture = this.add('Cast', [picture], { to: int(codeOfDataType('float32')) });
    if (layout === 'NHWC') picture = this.add('Transpose', [picture], { perm: ints([0, 3, 1, 2]) });
    if (factor !== undefined) picture = this.add('Mul', [picture, this.constant(float32Tensor([factor], []))]);
    this.#picture = picture;
  }

  add(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    const name = `v${this.#nodes.length}`;
    this.#nodes.push(node(op, inputs, [name], attributes));
    return name;
  }

  /** An operation of two outputs. */
  pair(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): [string, string] {
    return this.foreign('', op, inputs, attributes, 2) as [string, string];
  }

  /** An operation of any domain. */
  foreign(
    domain: string,
    op: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute>,
    count: number,
  ): string[] {
    const names = Array.from({ length: count }, (_, at) => `v${this.#nodes.length}_${at}`);
    this.#nodes.push(node(op, inputs, names, attributes, domain));
    return names;
  }

  /** A value under another name. */
  named(value: string, name: string): string {
    this.#nodes.push(node('Identity', [value], [name]));
    return name;
  }

  constant(tensor: OnnxTensor): string {
    const name = `c${this.#constants.size}`;
    this.#constants.set(name, tensor);
    return name;
  }

  weights(...dims: number[]): string {
    const count = dims.reduce((product, dim) => product * dim, 1);
    return this.constant(
      float32Tensor(
        Float32Array.from({ length: count }, () => this.#random.normal() * 0.01),
        dims,
      ),
    );
  }

  get picture(): string {
    return this.#picture;
  }

  /** [N, channels, H/stride, W/stride] */
  head(channels: number, stride: number): string {
    const weights = this.weights(channels, 3, 1, 1);
    return this.add('Conv', [this.#picture, weights], { strides: ints([stride, stride]), kernel_shape: ints([1, 1]) });
  }

  reshape(value: string, dims: readonly number[]): string {
    return this.add('Reshape', [value, this.constant(int64Tensor([...dims]))]);
  }

  transpose(value: string, perm: readonly number[]): string {
    return this.add('Transpose', [value], { perm: ints(perm) });
  }

  /** [N, channels, cells of all strides] */
  columns(channels: number, strides: readonly number[]): string {
    const heads = strides.map((stride) => this.reshape(this.head(channels, stride), [0, channels, -1]));
    return this.add('Concat', heads, { axis: int(2) });
  }

  /** [N, cells of all strides, channels] */
  rows(channels: number, strides: readonly number[]): string {
    return this.transpose(this.columns(channels, strides), [0, 2, 1]);
  }

  output(value: string, dims?: readonly Dim[], type: DataType = 'float32'): this {
    this.#outputs.push({ name: value, type, ...(dims ? { dims } : {}) });
    return this;
  }

  /** Makes a value the only output. */
  onlyOutput(value: string): this {
    this.#outputs.length = 0;
    return this.output(value);
  }

  static node(op: string, inputs: readonly string[], output: string, attributes: Record<string, Attribute> = {}): Node {
    return node(op, inputs, [output], attributes);
  }

  /** The same with its graph rewritten in the end. */
  changed(rewrite: (graph: Graph) => Graph): this {
    this.#rewrites.push(rewrite);
    return this;
  }

  get model(): Model {
    const graph: Graph = {
      name: 'tiny',
      nodes: this.#nodes,
      inputs: [this.#input],
      outputs: this.#outputs,
      initialisers: this.#constants,
      values: [],
    };
    return modelOf(
      this.#rewrites.reduce((changed, rewrite) => rewrite(changed), graph),
      this.metadata,
    );
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return encodeModel(this.model);
  }

  file(path = 'tiny.onnx'): ModelFile {
    return modelFileOf(path, this.bytes);
  }
}

export const P3_TO_P5 = [8, 16, 32];

/** Rows [N, cells, 1] whose numbers lie in 0..1. */
function probabilities(model: TinyModel, count: number, strides = P3_TO_P5): string {
  return model.add('Sigmoid', [model.rows(count, strides)]);
}

/** Rows [N, cells, 4] of centre and size in px of a picture of 96 px. */
function decodedBoxes(model: TinyModel, strides = P3_TO_P5): string {
  return model.add('Mul', [probabilities(model, 4, strides), model.constant(float32Tensor([200], []))]);
}

function joined(model: TinyModel, values: readonly string[], axis = 2): string {
  return model.add('Concat', values, { axis: int(axis) });
}

export function tiny(build: (model: TinyModel) => void, input?: TinyInput): TinyModel {
  const model = new TinyModel(input);
  build(model);
  return model;
}

/** Raw heads of anchor boxes. */
export function rawHeads(strides: readonly number[], anchors: number, classes: number, input?: TinyInput): TinyModel {
  return tiny((model) => {
    for (const stride of strides) model.output(model.head(anchors * (5 + classes), stride));
  }, input);
}

/** Raw heads [1, A, H, W, 5+C], largest stride first, as PyTorch exports of YOLOv5 and v7 have them. */
export function splitHeads(strides: readonly number[], classes: number, size: number): TinyModel {
  return tiny(
    (model) => {
      for (const stride of [...strides].reverse()) {
        const grid = model.reshape(model.head(3 * (5 + classes), stride), [
          1,
          3,
          5 + classes,
          size / stride,
          size / stride,
        ]);
        model.output(model.transpose(grid, [0, 1, 3, 4, 2]));
      }
    },
    { dims: [1, 3, size, size] },
  );
}

/** [N, 3 * cells, 5+C] */
export function decodedRows(classes: number, input?: TinyInput): TinyModel {
  return tiny(
    (model) => model.output(model.reshape(model.rows(3 * (5 + classes), P3_TO_P5), [0, -1, 5 + classes])),
    input,
  );
}

/** [N, values, cells] */
export function columns(values: number, input?: TinyInput): TinyModel {
  return tiny((model) => model.output(model.columns(values, P3_TO_P5)), input);
}

export interface Yolov8Options {
  readonly points?: number;
  /** Per point. */
  readonly numbers?: 2 | 3;
  readonly transposed?: boolean;
  readonly strides?: number[];
  readonly input?: TinyInput;
}

/** YOLOv8 as it is exported: [N, 4+C+K*D, cells] or, `transposed`, [N, cells, 4+C+K*D], boxes and points in px. */
export function yolov8(classes: number, options: Yolov8Options = {}): TinyModel {
  const { points = 0, numbers = 3, transposed = false, strides = P3_TO_P5, input } = options;
  return tiny((model) => {
    const parts = [decodedBoxes(model, strides), probabilities(model, classes, strides)];
    const far = model.constant(float32Tensor([90], []));
    if (points > 0) parts.push(model.add('Mul', [probabilities(model, numbers * points, strides), far]));
    const rows = joined(model, parts);
    model.output(transposed ? rows : model.transpose(rows, [0, 2, 1]));
  }, input);
}

/** YOLOX as it is exported: [N, cells, 5+C], `decoded` with --decode_in_inference. */
export function yolox(classes: number, decoded = false): TinyModel {
  return tiny((model) => {
    const boxes = decoded ? decodedBoxes(model) : model.rows(4, P3_TO_P5);
    model.output(joined(model, [boxes, probabilities(model, 1 + classes)]));
  });
}

/** YOLOv4 of the ONNX model zoo: pictures and heads [1, H, W, 3, 5+C] with the channels last, scores after their sigmoid. */
export function zooYolov4(classes: number): TinyModel {
  return tiny(
    (model) => {
      for (const stride of P3_TO_P5) {
        const place = model.head(3 * 4, stride);
        const scores = model.add('Sigmoid', [model.head(3 * (1 + classes), stride)]);
        const split = (value: string, each: number) =>
          model.reshape(model.transpose(value, [0, 2, 3, 1]), [1, 128 / stride, 128 / stride, 3, each]);
        model.output(joined(model, [split(place, 4), split(scores, 1 + classes)], 4));
      }
    },
    { dims: [1, 128, 128, 3], layout: 'NHWC' },
  );
}

/** Yolo-FastestV2 as its repository exports it: [1, H, W, 15+C] for each of two strides. */
export function fastestHeads(classes: number): TinyModel {
  return tiny((model) => {
    for (const stride of [16, 32]) {
      model.output(model.transpose(model.add('Sigmoid', [model.head(15 + classes, stride)]), [0, 2, 3, 1]));
    }
  });
}

/** The same without the repository's `export_onnx`: boxes, objectness and classes of each head, logits. */
export function fastestMaps(classes: number, input?: TinyInput): TinyModel {
  return tiny((model) => {
    for (const stride of [16, 32]) for (const count of [12, 3, classes]) model.output(model.head(count, stride));
  }, input);
}

/** [N, cells, values] */
export function cellRows(values: number, strides: readonly number[] = P3_TO_P5, input?: TinyInput): TinyModel {
  return tiny((model) => model.output(model.rows(values, strides)), input);
}

/** [1, 300, 6] */
export function finalRows(rows = 300): TinyModel {
  return tiny((model) => {
    const mean = model.add('ReduceMean', [model.picture], { keepdims: int(0) });
    const values = Float32Array.from({ length: rows * 6 }, (_, at) => [8, 8, 40, 40, 1 / (1 + at), 3][at % 6]!);
    const zero = model.add('Mul', [mean, model.constant(float32Tensor([0], []))]);
    model.output(model.add('Add', [model.constant(float32Tensor(values, [1, rows, 6])), zero]));
  });
}
