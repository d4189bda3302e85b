// models/street-int8: the 8-bit form of models/street, calibrated on pictures that it was trained on.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './places.mjs';
import { writeJudged } from './publish.mjs';

const WHAT = 'the 8-bit form of models/street, for processors with 8-bit instructions (VNNI)';

/** @param data folder of the training pictures */
export async function publishQuantised({ data }) {
  const out = join(ROOT, 'models', 'street-int8');
  const models = join(ROOT, 'models');
  const args = ['quantise', 'street', '--models', models, '--data', data, '--out', out];
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'lookout.mjs'), ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  const card = JSON.parse(readFileSync(join(out, 'card.json'), 'utf8'));
  const { thresholds: _, ...rest } = card;
  await writeJudged(out, { ...rest, description: `${card.description}; ${WHAT}` });
}
