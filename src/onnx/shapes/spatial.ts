/** Letters: N pictures, C channels, M kernels, K kernel size, P pads begin + end, S stride, D dilation. */
import { intOf, intsOf, stringOf, tensorAttributeOf } from '../attribute.js';
import type { Dim } from '../model.js';
import { numbersOf } from '../tensor.js';
import {
  dimMath,
  dimsOf,
  frontAxes,
  numbersAt,
  type Op,
  type Shaped,
  type ShapeRule,
  type ShapeRules,
  shaped,
  typeOf,
  withDims,
} from './shaped.js';

/** Kernel size, strides, dilations and pads of a convolution or pooling node, defaults filled in. */
export interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All begins, then all ends. */
  readonly pads: readonly number[];
  readonly auto: string;
}

export function windowOf(op: Op, kernel: readonly Dim[]): Window {
  const { node } = op;
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: intsOf(node, 'strides') ?? ones,
    dilations: intsOf(node, 'dilations') ?? ones,
    pads: intsOf(node, 'pads') ?? [...ones, ...ones].map(() => 0),
    auto: stringOf(node, 'auto_pad', 'NOTSET'),
  };
}

/** floor((size + P - D(K - 1) - 1) / S) + 1, or its ceiling; SAME pads to ceil(size / S). */
function slide(size: Dim, axis: number, window: Window, ceil: boolean): Dim {
  const { strides, dilations, pads, auto } = window;
  const kernel = window.kernel[axis]!;
  const stride = strides[axis] ?? 1;
  if (auto.startsWith('SAME')) return dimMath(size, stride, (n, s) => Math.ceil(n / s));
  if (typeof size !== 'number' || typeof kernel !== 'number') return stride === 1 && kernel === 1 ? size : '';
  const [begin, end] = auto === 'VALID' ? [0, 0] : [pads[axis] ?? 0, pads[axis + window.kernel.length] ?? 0];
  const steps = (size + begin + end - (dilations[axis] ?? 1) * (kernel - 1) - 1) / stride;
  if (!ceil) return Math.floor(steps) + 1;
  // The last window must start inside the picture or its left padding.
  const count = Math.ceil(steps) + 1;
  return (count - 1) * stride >= size + begin ? count - 1 : count;
}

function slid(op: Op, dims: readonly Dim[], window: Window): readonly Dim[] {
  const ceil = intOf(op.node, 'ceil_mode', 0) === 1;
  return dims.slice(2).map((size, axis) => slide(size, axis, window, ceil));
}

function convolution(x: number, w: number): ShapeRule {
  return (op) => {
    const [dims, weights] = [dimsOf(op, x), dimsOf(op, w)];
    const type = op.node.op.endsWith('Integer')
      ? 'int32'
      : op.node.op === 'QLinearConv'
        ? typeOf(op, 7)
        : typeOf(op, x);
    if (!dims || !weights) return [shaped(type, undefined)];
    return [shaped(type, [dims[0]!, weights[0]!, ...slid(op, dims, windowOf(op, weights.slice(2)))])];
  };
}

const convTranspose: ShapeRule = (op) => {
  const [dims, weights] = [dimsOf(op, 0), dimsOf(op, 1)];
  if (!dims || !weights) return [shaped(typeOf(op), undefined)];
  const { kernel, strides, dilations, pads, auto } = windowOf(op, weights.slice(2));
  const fixed = intsOf(op.node, 'output_shape');
  const extra = intsOf(op.node, 'output_padding') ?? [];
  const rank = kernel.length;
  const sizes = dims.slice(2).map((size, axis) => {
    if (fixed) return fixed[fixed.length - rank + axis] ?? '';
    const stride = strides[axis] ?? 1;
    if (auto.startsWith('SAME')) return dimMath(size, stride, (n, s) => n * s);
    const padding = auto === 'VALID' ? 0 : (pads[axis] ?? 0) + (pads[axis + rank] ?? 0);
    return dimMath(
      size,
      kernel[axis]!,
      (n, k) => stride * (n - 1) + (extra[axis] ?? 0) + (k - 1) * (dilations[axis] ?? 1) + 1 - padding,
    );
  });
  const channels = dimMath(weights[1]!, intOf(op.node, 'group', 1), (m, g) => m * g);
  return [shaped(typeOf(op), [dims[0]!, channels, ...sizes])];
};

const pool: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const kernel = intsOf(op.node, 'kernel_shape');
  const out = dims && kernel ? [dims[0]!, dims[1]!, ...slid(op, dims, windowOf(op, kernel))] : undefined;
  return [shaped(typeOf(op), out), shaped('int64', out)];
};

/** The dims keep naming channels; only the order in memory changes. */
const reorder: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const channels = intOf(op.node, 'channels');
  return [shaped(typeOf(op), channels === undefined ? dims : dims && withDims(dims, new Map([[1, channels]])))];
};

const globalPool: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  return [
    shaped(
      typeOf(op),
      dims?.map((dim, axis) => (axis < 2 ? dim : 1)),
    ),
  ];
};

const maxUnpool: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const kernel = intsOf(op.node, 'kernel_shape');
  if (op.inputs[2]) return [shaped(typeOf(op), numbersAt(op, 2))];
  if (!dims || !kernel) return [shaped(typeOf(op), undefined)];
  const { strides, pads } = windowOf(op, kernel);
  const sizes = dims
    .slice(2)
    .map((size, axis) =>
      dimMath(size, kernel[axis]!, (n, k) => (n - 1) * strides[axis]! - pads[axis]! - pads[axis + kernel.length]! + k),
    );
  return [shaped(typeOf(op), [dims[0]!, dims[1]!, ...sizes])];
};

const depthToSpace: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const block = intOf(op.node, 'blocksize', 1);
  if (dims?.length !== 4) return [shaped(typeOf(op), undefined)];
  const [n, c, h, w] = dims as [Dim, Dim, Dim, Dim];
  const grow = (size: Dim) => dimMath(size, block, (a, b) => a * b);
  return [shaped(typeOf(op), [n, dimMath(c, block, (a, b) => a / b ** 2), grow(h), grow(w)])];
};

const spaceToDepth: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  const block = intOf(op.node, 'blocksize', 1);
  if (dims?.length !== 4) return [shaped(typeOf(op), undefined)];
  const [n, c, h, w] = dims as [Dim, Dim, Dim, Dim];
  const shrink = (size: Dim) => dimMath(size, block, (a, b) => a / b);
  return [shaped(typeOf(op), [n, dimMath(c, block, (a, b) => a * b ** 2), shrink(h), shrink(w)])];
};

/** Scales and sizes of Resize by operator set: 10 has (X, scales), 11 and later (X, roi, scales, sizes). */
function resizeInputs(op: Op): { scales?: readonly number[]; sizes?: readonly Dim[] } {
  const scales = numbersAt(op, op.node.op === 'Upsample' || op.opset < 11 ? 1 : 2);
  const fixed = tensorAttributeOf(op.node, 'scales');
  const sizes = op.inputs[3]?.values;
  return {
    ...(scales?.length ? { scales } : fixed && { scales: numbersOf(fixed) }),
    ...(sizes?.length && { sizes }),
  };
}

const resize: ShapeRule = (op) => {
  const dims = dimsOf(op, 0);
  if (!dims) return [shaped(typeOf(op), undefined)];
  const { scales, sizes } = resizeInputs(op);
  const axes = frontAxes(intsOf(op.node, 'axes') ?? dims.map((_, axis) => axis), dims.length) ?? [];
  const policy = stringOf(op.node, 'keep_aspect_ratio_policy', 'stretch');
  if (sizes && policy !== 'stretch')
    return [
      shaped(
        typeOf(op),
        dims.map((dim, axis) => (axes.includes(axis) ? '' : dim)),
      ),
    ];
  const out = dims.map((dim, axis): Dim => {
    const at = axes.indexOf(axis);
    if (at < 0) return dim;
    if (sizes) return sizes[at] ?? '';
    const scale = scales?.[at];
    if (scale === undefined) return '';
    return scale === 1 ? dim : dimMath(dim, scale, (size, by) => Math.floor(size * by));
  });
  return [shaped(typeOf(op), out)];
};

const gridSample: ShapeRule = (op) => {
  const [dims, grid] = [dimsOf(op, 0), dimsOf(op, 1)];
  return [shaped(typeOf(op), dims && grid && [dims[0]!, dims[1]!, ...grid.slice(1, -1)])];
};

const roiAlign: ShapeRule = (op): readonly Shaped[] => {
  const [dims, boxes] = [dimsOf(op, 0), dimsOf(op, 1)];
  const size = [intOf(op.node, 'output_height', 1), intOf(op.node, 'output_width', 1)];
  return [shaped(typeOf(op), dims && boxes && [boxes[0]!, dims[1]!, ...size])];
};

/** Operations over pictures and signals `[N, C, ...]`. */
export const spatial: ShapeRules = {
  Conv: convolution(0, 1),
  FusedConv: convolution(0, 1),
  DeformConv: convolution(0, 1),
  ConvInteger: convolution(0, 1),
  QLinearConv: convolution(0, 3),
  ConvTranspose: convTranspose,
  ReorderInput: reorder,
  ReorderOutput: reorder,
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  QLinearAveragePool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  QLinearGlobalAveragePool: globalPool,
  MaxUnpool: maxUnpool,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Resize: resize,
  Upsample: resize,
  GridSample: gridSample,
  RoiAlign: roiAlign,
};
