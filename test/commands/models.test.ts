import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCard } from '#runtime/card-file.js';
import { columns, rawHeads, TinyModel } from '../runtime/tiny-models.js';
import { type Ended, lookout } from '../support/lookout.js';

const folder = mkdtempSync(join(tmpdir(), 'lookout-models-'));
const models = join(folder, 'models');
const env = { XDG_CACHE_HOME: join(folder, 'cache') };
const path = (name: string) => join(folder, name);
const run = (...args: string[]): Promise<Ended> => lookout(['models', ...args], env);

beforeAll(() => {
  writeFileSync(path('columns.onnx'), columns(6).bytes);
  writeFileSync(path('heads.onnx'), rawHeads([8, 16, 32], 3, 2).bytes);
  writeFileSync(path('labels.yaml'), 'names:\n  0: cat\n  1: dog\n');
  const classifier = new TinyModel();
  const conv = classifier.add('Conv', ['pixels', classifier.weights(4, 3, 3, 3)]);
  writeFileSync(path('classifier.onnx'), classifier.output(classifier.add('GlobalAveragePool', [conv])).bytes);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('lookout models', () => {
  it('adds, lists and refuses a second of the name', async () => {
    const add = [
      'add',
      path('columns.onnx'),
      '--preset',
      'yolov8',
      '--name',
      'pets',
      '--labels',
      path('labels.yaml'),
      '--models',
      models,
    ];
    const added = await run(...add);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(added.stdout).toMatch(/pets: columns, 96x96, 2 labels/);
    expect(parseCard(readFileSync(join(models, 'pets', 'card.json'), 'utf8'), '').labels).toEqual(['cat', 'dog']);
    const listed = await run('list', '--models', models);
    expect(listed.stdout).toMatch(/^NAME +INPUT .*\npets +96x96 +columns +cat, dog/);
    expect(listed.stdout).toMatch(/\nstreet +/); // it came with lookout, and has its name from every folder
    expect((await run('inspect', 'street', '--models', models, '--device', 'cpu')).code).toBe(0);
    const again = await run(...add);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/^lookout: a model pets is there already: .*\n$/);
  });

  it('says which presets a file may be of, and leaves no folder behind', async () => {
    const { code, stderr } = await run('add', path('heads.onnx'), '--name', 'heads', '--models', models);
    expect(code).toBe(1);
    expect(stderr).toMatch(/--preset yolov3 or --preset yolov4 or --preset yolov5-raw or --preset yolov7/);
    expect(existsSync(join(models, 'heads'))).toBe(false);
  });

  it('takes anchors, and says what is wrong with them', async () => {
    const common = [
      'add',
      path('heads.onnx'),
      '--preset',
      'yolov5-raw',
      '--name',
      'anchors',
      '--models',
      models,
      '--anchors',
    ];
    const bad = await run(...common, '4,4 nonsense');
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringMatching(/^lookout: --anchors: .*got nonsense\n$/)]);
    const good = await run(...common, '4,4 5,5 6,6 | 7,7 8,8 9,9 | 10,10 11,11 12,12');
    expect(good.code).toBe(0);
    const card = parseCard(readFileSync(join(models, 'anchors', 'card.json'), 'utf8'), '');
    expect(card.decoder).toMatchObject({
      heads: [
        {
          stride: 8,
          anchors: [
            [4, 4],
            [5, 5],
            [6, 6],
          ],
        },
        {},
        { stride: 32 },
      ],
    });
  });

  it('inspects a file: every layer, the totals, the card, the device', async () => {
    const { code, stdout, stderr } = await run('inspect', path('columns.onnx'), '--svg', path('net.svg'));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/LAYER +OPERATOR +OUTPUT +SIZE +PARAMETERS +FLOPS/);
    expect(stdout).toMatch(/Conv +\[1, 6, 12, 12\] +864 +18 +/);
    expect(stdout).toMatch(/layers, 54 parameters, [\d.]+ kFLOPs/);
    expect(stdout).toMatch(/"kind": "columns"/);
    expect(stdout).toMatch(/device: asked for auto, ran on \w+/);
    expect(readFileSync(path('net.svg'), 'utf8')).toMatch(/^<svg|^<\?xml/);
  });

  it('inspects what is no detector, and says why it has no card', async () => {
    const { code, stdout } = await run('inspect', path('classifier.onnx'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/GlobalAveragePool +\[1, 4, 1, 1\]/);
    expect(stdout).toMatch(/no card: the layout cannot be told from the file/);
  });

  it('speaks JSON', async () => {
    const { stdout } = await run('inspect', 'pets', '--models', models, '--json', '--device', 'cpu');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; ran?: string });
    expect(events.map(({ event }) => event)).toEqual(['network', 'card', 'device']);
    expect(events[2]!.ran).toBe('cpu');
  });

  it.each([
    ['no such file', ['inspect', 'none.onnx'], /model none.onnx: not found; check the path/, 2],
    [
      'no such device',
      ['inspect', 'columns.onnx', '--device', 'abacus'],
      /device "abacus": expected auto or one of/,
      2,
    ],
    ['no such preset', ['inspect', 'columns.onnx', '--preset', 'yolo9000'], /preset "yolo9000" is unknown/, 2],
    ['no ONNX file', ['inspect', 'labels.yaml'], /damaged|no ONNX model/, 1],
  ])('ends with one line: %s', async (_, [command, file, ...rest], message, status) => {
    const known = existsSync(path(file!)) ? path(file!) : file!;
    const { code, stderr } = await run(command!, known, ...rest);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(status);
  });
});
