import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Card } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { Random } from '#core/random.js';
import type { RawOutput } from '#core/tensor.js';
import { findModel, formatCard, parseCard } from '#runtime/card-file.js';
import { outputsOf, testFeed } from '#runtime/examine.js';
import { readLabels } from '#runtime/labels.js';
import { cardOf, loadModel } from '#runtime/load-model.js';
import type { ModelFile } from '#runtime/model-file.js';
import { outputsRead } from '#runtime/outputs-read.js';
import { prepare } from '#runtime/prepare.js';
import { Probe } from '#runtime/probe.js';
import { verifyCard, verifyOutputs } from '#runtime/verify-card.js';
import { scrfd } from './tiny-faces.js';
import { columns, rawHeads, type TinyModel } from './tiny-models.js';

const probe = new Probe();
const folder = mkdtempSync(join(tmpdir(), 'lookout-cards-'));
afterAll(async () => {
  await probe.close();
  rmSync(folder, { recursive: true });
});

interface Example {
  readonly card: Card;
  readonly file: ModelFile;
  readonly outputs: RawOutput;
}

async function exampleOf(model: TinyModel, preset: string): Promise<Example> {
  const file = model.file();
  const card = await cardOf(file, probe, { preset }, 'tiny');
  const prepared = prepare(file.model, card.input, outputsRead(card.decoder));
  const run = await probe.ask({
    ask: 'run',
    model: prepared.bytes,
    session: { provider: 'cpu', threads: 1 },
    feeds: [testFeed(prepared, card.input.size, 1)],
    timedRuns: 0,
    verify: false,
  });
  return { card, file, outputs: outputsOf(prepared, run.outputs) };
}

let example: Example;
let others: readonly Example[];
beforeAll(async () => {
  example = await exampleOf(columns(84), 'yolov8');
  others = [
    example,
    await exampleOf(rawHeads([8, 16, 32], 3, 4), 'yolov4'),
    await exampleOf(scrfd({ dims: [1, 3, 96, 96] }), 'scrfd'),
    await exampleOf(rawHeads([8, 16, 32], 1, 75), 'yolov8-face'),
  ];
});

/** All that loading does with a card. */
function check(text: string, { file, outputs }: Example): void {
  const card = parseCard(text, 'card.json');
  verifyCard(card, file);
  verifyOutputs(card, outputs);
}

describe('a card', () => {
  it('comes back from its text as it was', () => {
    for (const { card } of others) expect(parseCard(formatCard(card), 'card.json')).toEqual(card);
  });

  it('is accepted with the file that it was made for', () => {
    for (const each of others) expect(() => check(formatCard(each.card), each)).not.toThrow();
  });

  it.each<readonly [string, (card: Card) => unknown, RegExp]>([
    [
      'another file',
      (card) => ({ ...card, model: { ...card.model, sha256: '0'.repeat(64) } }),
      /sha256: the card expects 0{64}, the ONNX file has [0-9a-f]{64}/,
    ],
    [
      'another input name',
      (card) => ({ ...card, input: { ...card.input, name: 'images' } }),
      /input: the card expects float32 images .*, the ONNX file has float32 pixels \[1, 3, 96, 96\]/,
    ],
    [
      'another input type',
      (card) => ({ ...card, input: { ...card.input, type: 'uint8' } }),
      /expects uint8 pixels .* has float32 pixels/,
    ],
    [
      'another input shape',
      (card) => ({ ...card, input: { ...card.input, dims: [1, 3, 64, 64] } }),
      /\[1, 3, 64, 64\], the ONNX file has float32 pixels \[1, 3, 96, 96\]/,
    ],
    [
      'another input size',
      (card) => ({ ...card, input: { ...card.input, size: { width: 64, height: 96 } } }),
      /input size: the card expects 64x96, the ONNX file has 96x96/,
    ],
    [
      'an input that adapts, of a graph of fixed size',
      (card) => ({ ...card, input: { ...card.input, adapts: true } }),
      /input adapts: the card expects a free height and width, the ONNX file has 96x96/,
    ],
    [
      'another layout',
      (card) => ({ ...card, input: { ...card.input, layout: 'NHWC' } }),
      /input layout: the card expects NHWC/,
    ],
    [
      'an output that is not there',
      (card) => ({ ...card, outputs: [{ ...card.outputs[0], name: 'boxes' }] }),
      /output: the card expects float32 boxes/,
    ],
    [
      'an output of another shape',
      (card) => ({ ...card, outputs: [{ ...card.outputs[0], dims: [1, 85, 189] }] }),
      /expects \[1,85,189\], the ONNX file has \[1,84,189\]/,
    ],
    [
      'a decoder of an unknown output',
      (card) => ({ ...card, decoder: { ...card.decoder, output: 'x' } }),
      /decoder: the card expects an output x/,
    ],
    ['too few labels', (card) => ({ ...card, labels: card.labels.slice(1) }), /\[1, 83, N\].*\[1, 84, 189\]/],
    ['too many labels', (card) => ({ ...card, labels: [...card.labels, 'one more'] }), /\[1, 85, N\].*\[1, 84, 189\]/],
    [
      'another decoder',
      (card) => ({ ...card, decoder: { kind: 'rows', output: card.outputs[0]!.name } }),
      /\[1, N, 85\].*\[1, 84, 189\]/,
    ],
    ['an unknown key', (card) => ({ ...card, treshold: 1 }), /treshold/],
    ['an unknown decoder', (card) => ({ ...card, decoder: { kind: 'yolov99' } }), /decoder/],
    ['a future version', (card) => ({ ...card, version: 2 }), /version/],
    ['a std of zero', (card) => ({ ...card, input: { ...card.input, std: [0, 1, 1] } }), /input.std.0/],
    [
      'a model file elsewhere',
      (card) => ({ ...card, model: { ...card.model, file: '../../secret' } }),
      /model.file: expected the name of a file/,
    ],
    ['several faults at once', (card) => ({ ...card, version: 2, labels: [] }), /version.*labels/],
  ])('is refused with %s, saying what was expected and found', (_, change, message) => {
    const text = JSON.stringify(change(example.card));
    expect(() => check(text, example)).toThrow(LookoutError);
    expect(() => check(text, example)).toThrow(message);
  });

  it('that is no JSON is named', () => {
    expect(() => parseCard('{"version": 1,', 'models/a/card.json')).toThrow(/card models\/a\/card.json: no JSON/);
  });
});

/** A value of another kind or size, for any place in a card. */
function nonsense(random: Random): unknown {
  return random.pick([
    null,
    true,
    -1,
    0,
    0.5,
    1e9,
    1e308,
    '',
    'x',
    [],
    {},
    [0],
    [1, 2, 3],
    'float16',
    -1e-300,
    2 ** 53,
  ]);
}

/** Replaces, removes or doubles something somewhere inside. */
function mutate(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return nonsense(random);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  const keys = Object.keys(copy);
  if (keys.length === 0) return nonsense(random);
  const key = random.pick(keys) as keyof typeof copy;
  if (random.chance(0.1)) delete copy[key];
  else if (Array.isArray(copy) && random.below(10) === 0) copy.push(copy[Number(key)]);
  else copy[key] = mutate(copy[key], random) as never;
  return copy;
}

function scramble(text: string, random: Random): string {
  const at = random.below(text.length);
  const length = random.below(20);
  return random.pick([
    text.slice(0, at),
    text.slice(0, at) + text.slice(at + length),
    text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1),
    text.slice(0, at) + text.slice(random.below(text.length)),
  ]);
}

describe('500 corrupted cards', () => {
  it('are refused clearly, or are as good as the right one', () => {
    let refused = 0;
    for (let seed = 0; seed < 500; seed++) {
      const random = new Random(seed);
      const original = random.pick(others);
      const text = random.chance(0.5)
        ? scramble(formatCard(original.card), random)
        : JSON.stringify(mutate(original.card, random));
      try {
        check(text, original);
      } catch (error) {
        if (!(error instanceof LookoutError)) throw new Error(`seed ${seed}: ${text}`, { cause: error });
        expect(error.message.length, `seed ${seed}`).toBeLessThan(2000);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(300);
  });
});

describe('finding a model', () => {
  const models = join(folder, 'models');
  const named = join(models, 'tiny');

  beforeAll(() => {
    mkdirSync(named, { recursive: true });
    mkdirSync(join(models, 'empty'));
    const { card, file } = example;
    writeFileSync(join(named, 'model.onnx'), file.bytes);
    writeFileSync(join(named, 'card.json'), formatCard({ ...card, model: { ...card.model, file: 'model.onnx' } }));
  });

  it.each([
    ['its name', 'tiny'],
    ['its folder', named],
    ['its card', join(named, 'card.json')],
  ])('by %s', async (_, model) => {
    const loaded = await loadModel({ model, modelsDir: models }, probe);
    expect(loaded.card.labels).toHaveLength(80);
    expect(loaded.file.sha256).toBe(loaded.card.model.sha256);
  });

  it('by the path of a bare ONNX file', async () => {
    expect(await findModel(join(named, 'model.onnx'), models)).toEqual({ is: 'onnx', path: join(named, 'model.onnx') });
  });

  it.each([
    ['nothing', 'missing', /model "missing" was not found: neither .*missing.card.json nor a file/],
    ['a name with a slip', 'tyni', /model "tyni" was not found: .*; did you mean tiny\?/],
    ['a file with a slip', join(named, 'modle.onnx'), /modle.onnx: not found; did you mean .*model.onnx\?/],
    ['a file that is nowhere', join(folder, 'none', 'x.onnx'), /x.onnx: not found; check the path$/],
    ['a folder without a card', join(folder, 'models', 'empty'), /expected a card.json in this folder/],
  ])('%s is an error that says where it was looked for', async (_, model, message) => {
    await expect(loadModel({ model, modelsDir: models }, probe)).rejects.toThrow(message);
  });

  it('at another size only where the graph leaves it free', async () => {
    await expect(loadModel({ model: 'tiny', modelsDir: models, imgsz: 128 }, probe)).rejects.toThrow(
      /imgsz: the model's input is fixed at 96x96, asked for 128x128/,
    );
    const loaded = await loadModel({ model: 'tiny', modelsDir: models, imgsz: 96 }, probe);
    expect(loaded.card.input.size).toEqual({ width: 96, height: 96 });
  });

  it('refuses a file that changed after its card was written', async () => {
    const changed = join(folder, 'changed');
    mkdirSync(changed);
    writeFileSync(join(changed, 'model.onnx'), columns(85).bytes);
    const { card } = example;
    writeFileSync(join(changed, 'card.json'), formatCard({ ...card, model: { ...card.model, file: 'model.onnx' } }));
    await expect(loadModel({ model: changed }, probe)).rejects.toThrow(/sha256/);
  });
});

describe('label files', () => {
  it.each<readonly [string, string, string, readonly string[] | RegExp]>([
    ['one name a line', 'a.txt', 'person\nfire hydrant\n\n', ['person', 'fire hydrant']],
    ['lines of Windows', 'b.names', 'cat\r\ndog\r\n', ['cat', 'dog']],
    ['a YAML list', 'c.yaml', 'names: [cat, dog]', ['cat', 'dog']],
    ['a YAML mapping', 'd.yml', 'nc: 2\nnames:\n  1: dog\n  0: cat\n', ['cat', 'dog']],
    ['a bare YAML list', 'e.yaml', '- cat\n- 7\n', ['cat', '7']],
    ['a mapping with gaps', 'f.yaml', 'names: {0: cat, 2: dog}', /expected `names:`/],
    ['no YAML', 'g.yaml', 'names: [cat', /is no YAML/],
    ['nothing', 'h.txt', '\n', /expected one name per line, found none/],
  ])('%s', async (_, name, text, expected) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    if (expected instanceof RegExp) await expect(readLabels(path)).rejects.toThrow(expected);
    else expect(await readLabels(path)).toEqual(expected);
  });

  it('that are missing are named', async () => {
    await expect(readLabels(join(folder, 'none.txt'))).rejects.toThrow(/none.txt: cannot be read/);
  });
});
