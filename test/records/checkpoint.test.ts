import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { type CheckpointArray, readCheckpoint, writeCheckpoint } from '#records/checkpoint.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lookout-checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true }));

const array = fc.oneof(
  fc.float32Array({ maxLength: 70 }),
  fc.float64Array({ maxLength: 70 }),
  fc.uint8Array({ maxLength: 70 }),
  fc.int32Array({ maxLength: 70 }),
  fc.uint32Array({ maxLength: 70 }),
) as fc.Arbitrary<CheckpointArray>;
const arrays = fc.dictionary(fc.string(), array, { noNullPrototype: true });
const state = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });

describe('a checkpoint', () => {
  it('comes back bit for bit', async () => {
    const path = join(folder, 'last.ckpt');
    await fc.assert(
      fc.asyncProperty(state, arrays, async (kept, named) => {
        const map = new Map(Object.entries(named));
        await writeCheckpoint(path, { state: kept, arrays: map });
        const back = await readCheckpoint(path);
        expect(back.state).toEqual(JSON.parse(JSON.stringify(kept)));
        expect([...back.arrays.keys()]).toEqual([...map.keys()]);
        for (const [name, one] of map) {
          const other = back.arrays.get(name)!;
          expect(other.constructor).toBe(one.constructor);
          expect(Buffer.from(other.buffer)).toEqual(Buffer.from(one.buffer, one.byteOffset, one.byteLength));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('writes a view, not the buffer behind it, and leaves no draft', async () => {
    const path = join(folder, 'last.ckpt');
    const whole = Float32Array.of(1, 2, 3, 4);
    await writeCheckpoint(path, { state: null, arrays: new Map([['view', whole.subarray(1, 3)]]) });
    expect((await readCheckpoint(path)).arrays.get('view')).toEqual(Float32Array.of(2, 3));
    expect(await readdir(folder)).toEqual(['last.ckpt']);
  });

  it('is refused with its name when cut off or changed anywhere', async () => {
    const path = join(folder, 'last.ckpt');
    await writeCheckpoint(path, { state: { epoch: 3 }, arrays: new Map([['w', new Float32Array(100)]]) });
    const sound = await readFile(path);
    const random = new Random(31);
    for (let round = 0; round < 60; round++) {
      await writeFile(path, sound);
      if (round % 2 === 0) await truncate(path, random.below(sound.length));
      else {
        // The bytes between the digest and the header are padding and mean nothing.
        const at = random.pick([random.below(44), 64 + random.below(sound.length - 64)]);
        const harmed = Buffer.from(sound);
        harmed[at]! ^= 1 << random.below(8);
        await writeFile(path, harmed);
      }
      await expect(readCheckpoint(path)).rejects.toMatchObject({
        kind: 'model',
        message: expect.stringContaining(path),
      });
    }
  });

  it('that is missing or something else is refused', async () => {
    await expect(readCheckpoint(join(folder, 'none'))).rejects.toMatchObject({ kind: 'model' });
    await writeFile(join(folder, 'other'), 'x'.repeat(200));
    await expect(readCheckpoint(join(folder, 'other'))).rejects.toThrow(/no checkpoint/);
  });
});
