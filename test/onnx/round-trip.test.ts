import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import { float, int, ints } from '#onnx/attribute.js';
import { decodeModel } from '#onnx/decode.js';
import { encodeModel } from '#onnx/encode.js';
import { type Model, modelOf, node } from '#onnx/model.js';
import { Writer } from '#onnx/protobuf/writer.js';
import { float32Of, float32Tensor, int64Tensor, numbersOf } from '#onnx/tensor.js';
import { model } from './model-arbitrary.js';

const EMPTY = { name: 'g', nodes: [], inputs: [], outputs: [], initialisers: new Map(), values: [] };

describe('a model written and read back', () => {
  it('is the same, whatever it holds', () => {
    fc.assert(
      fc.property(model, (any) => {
        expect(decodeModel(encodeModel(any))).toEqual(any);
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  it('is the same when it holds nothing', () => {
    const empty = modelOf(EMPTY);
    expect(decodeModel(encodeModel(empty))).toEqual(empty);
  });

  it('keeps integers that a number cannot hold', () => {
    const slice = node('Slice', ['x'], ['y'], { ends: ints([2n ** 63n - 1n, -1]), one: int(1), half: float(0.5) });
    const back = decodeModel(encodeModel(modelOf({ ...EMPTY, nodes: [slice] }))).graph.nodes[0]!;
    expect(back.attributes.get('ends')).toEqual({ kind: 'ints', value: [2n ** 63n - 1n, -1] });
  });

  it('shares the bytes of large constants with the file', () => {
    const weights = float32Tensor(Float32Array.from({ length: 5000 }, (_, index) => index));
    const bytes = encodeModel(modelOf({ ...EMPTY, initialisers: new Map([['w', weights]]) }));
    const back = decodeModel(bytes).graph.initialisers.get('w')!;
    expect(back.data.buffer).toBe(bytes.buffer);
    expect(float32Of(back)).toEqual(float32Of(weights));
  });
});

/** A model with one initialiser written by hand, field by field. */
function withTensor(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  writer.int(1, 8);
  writer.message(7, (graph) => graph.message(5, write));
  writer.message(8, (opset) => opset.int(2, 17));
  return writer.finish();
}

function read(write: (writer: Writer) => void): Model {
  return decodeModel(withTensor(write));
}

function only(model: Model) {
  return [...model.graph.initialisers.values()][0]!;
}

const FORMS: readonly { why: string; write: (writer: Writer) => void; type: string; numbers: number[] }[] = [
  {
    why: 'packed float_data',
    type: 'float32',
    numbers: [1.5, -2],
    write: (w) => {
      w.ints(1, [2]);
      w.int(2, 1);
      w.floats(4, [1.5, -2]);
    },
  },
  {
    why: 'float_data one by one',
    type: 'float32',
    numbers: [1.5, -2],
    write: (w) => {
      w.int(1, 2);
      w.int(2, 1);
      w.float32(4, 1.5);
      w.float32(4, -2);
    },
  },
  {
    why: 'int64_data, negative and beyond 32 bits',
    type: 'int64',
    numbers: [-1, 2 ** 40 + 3, 0],
    write: (w) => {
      w.ints(1, [3]);
      w.int(2, 7);
      w.ints(7, [-1, 2 ** 40 + 3]);
      w.int(7, 0);
    },
  },
  {
    why: 'int32_data for int8',
    type: 'int8',
    numbers: [-128, 127],
    write: (w) => {
      w.ints(1, [2]);
      w.int(2, 3);
      w.ints(5, [-128, 127]);
    },
  },
  {
    why: 'int32_data for the bits of float16',
    type: 'float16',
    numbers: [1, -2],
    write: (w) => {
      w.ints(1, [2]);
      w.int(2, 10);
      w.ints(5, [0x3c00, 0xc000]);
    },
  },
  {
    why: 'int32_data for pairs of int4',
    type: 'int4',
    numbers: [-1, 7, -8],
    write: (w) => {
      w.ints(1, [3]);
      w.int(2, 22);
      w.ints(5, [0x7f, 0x08]);
    },
  },
  {
    why: 'uint64_data for uint32',
    type: 'uint32',
    numbers: [4294967295],
    write: (w) => {
      w.ints(1, [1]);
      w.int(2, 12);
      w.ints(11, [4294967295]);
    },
  },
  {
    why: 'a scalar without dims',
    type: 'bfloat16',
    numbers: [1],
    write: (w) => {
      w.int(2, 16);
      w.ints(5, [0x3f80]);
    },
  },
  {
    why: 'nothing at all',
    type: 'float32',
    numbers: [],
    write: (w) => {
      w.ints(1, [0, 7]);
      w.int(2, 1);
    },
  },
];

describe('constants in typed fields', () => {
  it.each(FORMS)('are read from $why', ({ write, type, numbers }) => {
    const tensor = only(read(write));
    expect(tensor.type).toBe(type);
    expect(numbersOf(tensor)).toEqual(numbers);
  });
});

const FAULTS: readonly { why: string; write: (writer: Writer) => void; says: RegExp }[] = [
  {
    why: 'too few values for its dims',
    says: /should hold 12 bytes and holds 8/,
    write: (w) => {
      w.ints(1, [3]);
      w.int(2, 1);
      w.floats(4, [1, 2]);
    },
  },
  {
    why: 'dims that promise more than any file holds',
    says: /dims/,
    write: (w) => {
      w.ints(1, [2 ** 40, 2 ** 40]);
      w.int(2, 1);
    },
  },
  {
    why: 'a negative dim',
    says: /dims \[-1\]/,
    write: (w) => {
      w.ints(1, [-1]);
      w.int(2, 1);
    },
  },
  {
    why: 'an unknown data type',
    says: /data type 99/,
    write: (w) => {
      w.int(2, 99);
    },
  },
  {
    why: 'data in another file',
    says: /"weights.bin".*without external data/,
    write: (w) => {
      w.ints(1, [3]);
      w.int(2, 1);
      w.message(13, (e) => {
        e.string(1, 'location');
        e.string(2, 'weights.bin');
      });
      w.int(14, 1);
    },
  },
];

describe('a damaged file', () => {
  it.each(FAULTS)('with $why is refused with the reason', ({ write, says }) => {
    expect(() => read(write)).toThrow(says);
    expect(() => read(write)).toThrow(LookoutError);
  });

  it.each([
    ['empty', new Uint8Array(0), /empty/],
    ['a Git LFS pointer', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'), /git lfs pull/],
    ['a text', new TextEncoder().encode('<!DOCTYPE html><html></html>'), /damaged|no ONNX/],
    ['without a graph', Uint8Array.of(8, 8), /no graph/],
  ])('that is %s is refused with the reason', (_, bytes, says) => {
    expect(() => decodeModel(bytes)).toThrow(says);
  });

  it('nested without end is refused', () => {
    let inner = new Uint8Array(0);
    for (let depth = 0; depth < 100; depth++) {
      const attribute = new Writer();
      attribute.bytes(6, inner);
      const op = new Writer();
      op.bytes(5, attribute.finish());
      const graph = new Writer();
      graph.bytes(1, op.finish());
      inner = graph.finish();
    }
    const model = new Writer();
    model.bytes(7, inner);
    expect(() => decodeModel(model.finish())).toThrow(/nested/);
  });

  it('cut anywhere or with any byte changed gives a model or a model error, nothing else', () => {
    const source = encodeModel(
      modelOf({
        ...EMPTY,
        inputs: [{ name: 'x', type: 'float32', dims: [1, 'n'] }],
        nodes: [node('Reshape', ['x', 's'], ['y'], { allowzero: int(0), list: ints([1, 2]) })],
        initialisers: new Map([['s', int64Tensor([1, -1])]]),
      }),
    );
    const attempt = (bytes: Uint8Array) => {
      try {
        decodeModel(bytes);
      } catch (error) {
        if (!(error instanceof LookoutError && error.kind === 'model')) throw error;
      }
    };
    for (let end = 0; end < source.length; end++) attempt(source.subarray(0, end));
    for (let at = 0; at < source.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff, source[at]! ^ 8]) {
        const broken = source.slice();
        broken[at] = value;
        attempt(broken);
      }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), attempt), { numRuns: 2000, seed: 3 });
  });
});
