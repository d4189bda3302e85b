import { afterAll, describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import { Random } from '#core/random.js';
import { float, int, ints, string } from '#onnx/attribute.js';
import { encodeModel } from '#onnx/encode.js';
import type { Model } from '#onnx/model.js';
import { float32Tensor, int64Tensor } from '#onnx/tensor.js';
import { cardOf } from '#runtime/load-model.js';
import { modelFileOf } from '#runtime/model-file.js';
import { Probe } from '#runtime/probe.js';
import { columns, TinyModel } from './tiny-models.js';

/*
 * ONNX Runtime is compiled with assertions that abort the process, and files can reach them. Models are tried out in a child
 * process, so that this process never dies of one.
 */

const probe = new Probe();
afterAll(() => probe.close());

/** Many kinds of operators, attributes and constants in a few kilobytes. */
function varied(scale = 0.5): TinyModel {
  const model = new TinyModel();
  const conv = model.add('Conv', ['pixels', model.weights(8, 3, 3, 3), model.weights(8)], {
    strides: ints([2, 2]),
    pads: ints([1, 1, 1, 1]),
    dilations: ints([1, 1]),
    group: int(1),
    kernel_shape: ints([3, 3]),
  });
  const leaky = model.add('LeakyRelu', [conv], { alpha: float(0.1) });
  const pooled = model.add('MaxPool', [leaky], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) });
  const wide = model.add('ConvTranspose', [pooled, model.weights(8, 8, 2, 2)], { strides: ints([2, 2]) });
  const scales = model.constant(float32Tensor([1, 1, scale, scale]));
  const resized = model.add('Resize', [wide, '', scales], {
    mode: string('nearest'),
    coordinate_transformation_mode: string('asymmetric'),
    nearest_mode: string('floor'),
  });
  const heads = model.add('Sigmoid', [
    model.add('Conv', [resized, model.weights(85, 8, 1, 1)], { strides: ints([2, 2]) }),
  ]);
  return model.output(model.transpose(model.reshape(heads, [1, 85, -1]), [0, 2, 1]));
}

function corrupted(bytes: Uint8Array, random: Random): Uint8Array {
  const out = bytes.slice();
  const place = () => random.below(out.length);
  switch (random.below(4)) {
    case 0:
      for (let hits = 1 + random.below(8); hits > 0; hits--) out[place()] = random.below(256);
      return out;
    case 1:
      for (let hits = 1 + random.below(8); hits > 0; hits--) out[place()]! ^= 1 << random.below(8);
      return out;
    case 2:
      return out.subarray(0, place());
    default: {
      const from = place();
      return out.copyWithin(place(), from, from + 1 + random.below(100));
    }
  }
}

async function tryOut(bytes: Uint8Array): Promise<'read' | LookoutError> {
  try {
    await cardOf(modelFileOf('hostile.onnx', bytes), probe, { preset: 'fastestdet' });
    return 'read';
  } catch (error) {
    if (error instanceof LookoutError) return error;
    throw error;
  }
}

describe('500 corrupted ONNX files', () => {
  it('each give a clear error or a result', async () => {
    const { bytes } = varied();
    let refused = 0;
    for (let seed = 0; seed < 500; seed++) {
      const outcome = await tryOut(corrupted(bytes, new Random(seed)));
      if (outcome === 'read') continue;
      expect(outcome.message.length, `seed ${seed}`).toBeGreaterThan(10);
      refused += 1;
    }
    expect(refused).toBeGreaterThan(250);
    // The last word has a good file: nothing that came before spoilt the child.
    const { decoder } = await cardOf(columns(84).file(), probe, {});
    expect(decoder.kind).toBe('columns');
  });
});

describe('a file that brings the runtime down', () => {
  it('is refused, and the next one is read', async () => {
    const outcome = await tryOut(varied(-1).bytes);
    expect(outcome).toBeInstanceOf(LookoutError);
    expect((outcome as LookoutError).kind).toBe('model');
    expect((await cardOf(columns(84).file(), probe, {})).decoder.kind).toBe('columns');
  });

  it('or takes too long, likewise', async () => {
    const slow = probe.ask(
      {
        ask: 'run',
        model: columns(84).bytes,
        session: { provider: 'cpu', threads: 1 },
        feeds: [{ name: 'pixels', type: 'float32', dims: [1, 3, 96, 96], parts: [new Float32Array(27648)] }],
        timedRuns: 1_000_000_000,
        verify: false,
      },
      200,
    );
    await expect(slow).rejects.toThrow(/no answer within 0.2 s/);
    expect((await cardOf(columns(84).file(), probe, {})).decoder.kind).toBe('columns');
  });
});

function changed(change: (model: Model) => Model): Uint8Array {
  return encodeModel(change(columns(84).model));
}

describe('a file that the runtime cannot read', () => {
  it.each<readonly [string, () => Uint8Array, RegExp]>([
    ['empty', () => new Uint8Array(), /is empty/],
    ['no ONNX', () => new TextEncoder().encode('<html>not found</html>'), /damaged|no ONNX model/],
    [
      'a newer IR version',
      () => changed((model) => ({ ...model, irVersion: 99 })),
      /expected IR version up to 13 .* found IR version 99/,
    ],
    [
      'a newer opset',
      () => changed((model) => ({ ...model, opsets: new Map([['', 99]]) })),
      /opset up to 26, found .* opset 99/,
    ],
    [
      'an ancient opset',
      () => changed((model) => ({ ...model, opsets: new Map([['', 3]]) })),
      /too old: expected opset 7 or newer, found 3/,
    ],
    [
      'an unknown operator',
      () =>
        changed((model) => ({
          ...model,
          graph: { ...model.graph, nodes: model.graph.nodes.map((node) => ({ ...node, op: 'Wonder' })) },
        })),
      /Wonder/,
    ],
    [
      'two inputs',
      () =>
        changed((model) => ({
          ...model,
          graph: { ...model.graph, inputs: [...model.graph.inputs, { name: 'shape', type: 'float32', dims: [1, 2] }] },
        })),
      /expected one input for pictures .*; found pixels float32 \[1,3,96,96\], shape float32 \[1,2\]/,
    ],
    ['grey pictures', () => new TinyModel({ dims: [1, 1, 96, 96] }).output('pixels').bytes, /pictures of 3 channels/],
    [
      'a shape that no picture has',
      () => {
        const model = new TinyModel();
        return model.output(model.add('Reshape', ['pixels', model.constant(int64Tensor([7, -1]))])).bytes;
      },
      /ONNX Runtime/,
    ],
  ])('%s: says so', async (_, bytes, message) => {
    const outcome = await tryOut(bytes());
    expect(outcome).toBeInstanceOf(LookoutError);
    expect((outcome as LookoutError).message).toMatch(message);
  });
});
