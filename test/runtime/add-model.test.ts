import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addModel } from '#runtime/add-model.js';
import { parseCard } from '#runtime/card-file.js';
import { openEngine } from '#runtime/engine.js';
import { listModels } from '#runtime/list-models.js';
import { columns, rawHeads } from './tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'lookout-add-'));
const modelsDir = join(folder, 'models');
const file = join(folder, 'net.onnx');
writeFileSync(file, columns(84).bytes);
afterAll(() => rmSync(folder, { recursive: true }));

const everything = () => readdirSync(modelsDir).sort();

describe('adding a model', () => {
  it('copies the file, writes its card, and the engine takes it by name', async () => {
    const { card } = await addModel({
      file,
      name: 'street',
      modelsDir,
      preset: 'yolov8',
      licence: 'MIT',
      description: 'a net',
    });
    expect(readFileSync(join(modelsDir, 'street', 'model.onnx'))).toEqual(readFileSync(file));
    const written = parseCard(readFileSync(join(modelsDir, 'street', 'card.json'), 'utf8'), 'card.json');
    expect(written).toEqual(card);
    expect([written.name, written.licence, written.description]).toEqual(['street', 'MIT', 'a net']);
    const engine = await openEngine({
      model: 'street',
      modelsDir,
      device: 'cpu',
      cacheDir: false,
      workers: 1,
      threads: 1,
    });
    expect(engine.card).toEqual(card);
    await engine.close();
  });

  it('leaves nothing behind when the preset does not fit', async () => {
    const before = everything();
    await expect(addModel({ file, name: 'wrong', modelsDir, preset: 'scrfd' })).rejects.toThrow(
      /preset scrfd: expected/,
    );
    await expect(addModel({ file, name: 'wrong', modelsDir, preset: 'yolov8', labels: ['a'] })).rejects.toThrow(
      /labels: expected 80/,
    );
    expect(everything()).toEqual(before);
  });

  it('never takes a name twice, unless it is told to', async () => {
    await addModel({ file, name: 'twice', modelsDir, preset: 'yolov8' });
    await expect(addModel({ file, name: 'twice', modelsDir, preset: 'yolov8' })).rejects.toThrow(/is there already/);
    const other = join(folder, 'other.onnx');
    writeFileSync(other, rawHeads([16], 1, 4).bytes);
    const { card } = await addModel({ file: other, name: 'twice', modelsDir, preset: 'fastestdet', replace: true });
    expect(card.labels).toHaveLength(4);
    expect(readFileSync(join(modelsDir, 'twice', 'model.onnx'))).toEqual(readFileSync(other));
    expect(everything().filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it.each(['', '..', 'a/b', '.hidden', 'x'.repeat(65), 'a b'])('refuses the name "%s"', async (name) => {
    await expect(addModel({ file, name, modelsDir })).rejects.toThrow(/expected up to 64 letters/);
  });

  it('names a file that is not there', async () => {
    await expect(addModel({ file: join(folder, 'none.onnx'), name: 'none', modelsDir })).rejects.toThrow(
      /none.onnx cannot be read/,
    );
  });
});

describe('the list of models', () => {
  it('shows what is there, and what is wrong with the rest', async () => {
    mkdirSync(join(modelsDir, 'broken'));
    writeFileSync(join(modelsDir, 'broken', 'card.json'), '{}');
    const entries = await listModels(modelsDir);
    expect(entries.map(({ name }) => name)).toEqual(['broken', 'street', 'twice']);
    expect(entries[0]!.fault).toMatch(/version/);
    expect(entries.slice(1).every(({ card, fault }) => card && !fault)).toBe(true);
  });

  it('is empty where there is no folder', async () => {
    expect(await listModels(join(folder, 'nowhere'))).toEqual([]);
  });
});
