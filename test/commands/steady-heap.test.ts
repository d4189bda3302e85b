import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const compiled = fileURLToPath(new URL('../../dist/commands/steady-heap.js', import.meta.url));

/** Fills the young generation again and again beside a worker thread; prints its size in bytes. */
const PROGRAM = `
import { Worker } from 'node:worker_threads';
import { getHeapSpaceStatistics } from 'node:v8';
if (process.argv[1] !== 'as-it-is') (await import(process.argv[1])).keepHeapSteady();
const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
await new Promise((resolve) => worker.once('online', resolve));
let kept = [];
for (let n = 0; n < 5e6; n++) {
  kept.push({ n });
  if (kept.length > 20_000) kept = [];
}
console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
process.exit();
`;

const youngGeneration = (argument: string): number => {
  const args = ['--input-type=module', '--eval', PROGRAM, argument];
  return Number(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout);
};

describe('the young generation', () => {
  it('stays at its first size beside worker threads', () => {
    expect(youngGeneration(compiled)).toBeLessThan(3e6);
  });

  it('grows where nobody holds it', () => {
    expect(youngGeneration('as-it-is')).toBeGreaterThan(3e6);
  });
});
