import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { loadRun } from '#training/run/state.js';
import { shared } from '../support/shared.js';
import { copyPictures } from './support/pictures.js';

/** A short run with everything random in it: order, mosaic, colours. Two threads share its batches. A checkpoint after every step. */
const RECIPE = `kind: train
name: killed
model: { size: 64 }
batch: 16
epochs: 5
validation: { every: 2 }
checkpoint: { seconds: 0 }
threads: 2
loaders: 1
`;

let folder: string;

interface Ending {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** One sitting of `lookout train` in a process of its own, killed at a moment of the caller's choice. */
async function sitting(run: string, kill?: { afterEvents: number; ms: number }): Promise<Ending> {
  const args = [
    'dist/main.js',
    'train',
    join(folder, 'recipe.yaml'),
    '--data',
    join(folder, 'data'),
    '--resume',
    '--json',
  ];
  const child = spawn(process.execPath, [...args, '--run', join(folder, run), '--out', join(folder, run, 'model')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === kill?.afterEvents) setTimeout(() => child.kill('SIGKILL'), kill.ms);
  }
  return { code: await ended, lines };
}

describe.skipIf(!shared)('a run that is killed', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lookout-resume-'));
    copyPictures(folder, 48);
    writeFileSync(join(folder, 'recipe.yaml'), RECIPE);
    expect((await sitting('whole')).code).toBe(0);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('and resumed ten times ends with the same parameters, bit for bit', async () => {
    const random = new Random(81);
    let kills = 0;
    for (;;) {
      const kill = kills < 10 ? { afterEvents: 1 + random.below(4), ms: random.between(0, 60) } : undefined;
      const { code } = await sitting('killed', kill);
      if (code === 0) break;
      kills++;
    }
    expect(kills).toBe(10);
    const [whole, killed] = await Promise.all(
      ['whole', 'killed'].map((run) => loadRun(join(folder, run, 'last.ckpt'))),
    );
    expect([...killed!.arrays.keys()]).toEqual([...whole!.arrays.keys()]);
    for (const [name, array] of whole!.arrays) {
      expect(Buffer.from(killed!.arrays.get(name)!.buffer).equals(Buffer.from(array.buffer)), name).toBe(true);
    }
    expect(killed!.position).toMatchObject({ epoch: 5, step: 0, steps: 15, best: whole!.position.best });
    const losses = (saved: typeof whole): unknown => saved!.position.history.map(({ losses: parts }) => parts);
    expect(losses(killed)).toEqual(losses(whole));
    const models = ['whole', 'killed'].map((run) => readFileSync(join(folder, run, 'model/model.onnx')));
    expect(models[0]!.equals(models[1]!)).toBe(true);
  }, 240_000);

  it('is not resumed by another recipe, nor on other data', async () => {
    writeFileSync(join(folder, 'recipe.yaml'), RECIPE.replace('batch: 16', 'batch: 8'));
    const other = spawn(process.execPath, [
      'dist/main.js',
      'train',
      join(folder, 'recipe.yaml'),
      '--data',
      join(folder, 'data'),
      '--run',
      join(folder, 'whole'),
      '--resume',
    ]);
    const errors = other.stderr.setEncoding('utf8').toArray();
    const code = await new Promise((resolve) => other.once('exit', resolve));
    expect(code).toBe(2);
    expect((await errors).join('')).toContain('differs from the one of the checkpoint in batch');
  }, 60_000);
});
