import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#onnx/builder.js';
import { decodeModel } from '#onnx/decode.js';
import { encodeModel } from '#onnx/encode.js';
import { OPS, type OpName, type OpSpec } from '#onnx/ops.js';
import { SHAPE_RULES } from '#onnx/shapes/infer.js';

describe('a graph that is built', () => {
  it('runs, with the shapes that were known while building', async () => {
    const g = new GraphBuilder('net');
    const x = g.input('x', [1, 1, 4, 4]);
    const w = g.floats([1, 0, 0, 1], [1, 1, 2, 2]);
    const convolved = g.op.Conv(x, w, { strides: [2, 2] });
    expect(convolved.dims).toEqual([1, 1, 2, 2]);
    const [left, right] = g.split(g.op.Clip(convolved, g.scalar(0), g.scalar(20)), [1, 1], 3);
    g.output('left', left!);
    g.output('right', g.op.Concat(right!, right!, { axis: 1 }));
    const session = await ort.InferenceSession.create(encodeModel(g.build()));
    const picture = Float32Array.from({ length: 16 }, (_, index) => index);
    const found = await session.run({ x: new ort.Tensor('float32', picture, [1, 1, 4, 4]) });
    expect(Array.from(found.left!.data as Float32Array)).toEqual([5, 20]);
    expect(found.right!.dims).toEqual([1, 2, 2, 1]);
    expect(Array.from(found.right!.data as Float32Array)).toEqual([9, 20, 9, 20]);
    await session.release();
  });

  it('is a model like any other', () => {
    const g = new GraphBuilder('net');
    g.output('y', g.op.Relu(g.input('x', [2, 3])));
    expect(decodeModel(encodeModel(g.build()))).toEqual(g.build());
  });

  it('holds equal small constants once, and none that nobody reads', () => {
    const g = new GraphBuilder('net');
    const x = g.input('x', [2]);
    g.scalar(7);
    g.output('y', g.op.Add(g.op.Mul(x, g.scalar(3)), g.scalar(3)));
    expect(g.graph().initialisers.size).toBe(1);
  });

  it('gives out values without a copy, unless they are inputs or given out twice', () => {
    const g = new GraphBuilder('net');
    const x = g.input('x', [2]);
    const y = g.op.Relu(x);
    g.output('first', y);
    g.output('second', y);
    g.output('same', x);
    g.output('more', g.op.Neg(y));
    const { nodes, outputs } = g.graph();
    expect(outputs.map(({ name }) => name)).toEqual(['first', 'second', 'same', 'more']);
    expect(nodes.map(({ op, inputs, outputs: [to] }) => `${op} ${inputs[0]} ${to}`).sort()).toEqual([
      'Identity first second',
      'Identity x same',
      'Neg first more',
      'Relu x first',
    ]);
  });

  it('refuses an operator that does not fit its inputs, and a second value of the same name', () => {
    const g = new GraphBuilder('net');
    const x = g.input('x', [2, 3]);
    expect(() => g.op.Add(x, g.floats([1, 2]))).toThrow(
      /Add "Add_0" does not fit its inputs: float32\[2,3\], float32\[2\]/,
    );
    expect(() => g.input('x', [1])).toThrow(/two values are called "x"/);
  });

  it('names its nodes by scope', () => {
    const g = new GraphBuilder('net');
    const x = g.input('x', [2, 3]);
    const y = g.scope('stem', () => g.scope('block', () => g.op.Relu(x)));
    expect(y.name).toBe('stem/block/Relu_0');
    expect(g.op.Relu(y).name).toBe('Relu_1');
  });

  it('records what is emitted, except inside a group, which is one entry', () => {
    const g = new GraphBuilder('net');
    const x = g.input('x', [2, 3]);
    const [y] = g.group('Silu', [x], {}, () => [g.op.Mul(x, g.op.Sigmoid(x))]);
    g.op.Relu(y!);
    expect(g.tape.map(({ op }) => op)).toEqual(['Silu', 'Relu']);
    expect(g.graph().nodes.map(({ op }) => op)).toEqual(['Sigmoid', 'Mul', 'Relu']);
  });

  it('knows the shape of every operator that it can emit', () => {
    const onnx = (name: OpName): string => (OPS[name] as OpSpec).op ?? name;
    expect((Object.keys(OPS) as OpName[]).filter((name) => !SHAPE_RULES[onnx(name)])).toEqual([]);
  });
});
