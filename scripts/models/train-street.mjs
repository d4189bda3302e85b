// npm run models:train: the bundled model models/street, from the pictures to its folder. Hours; goes on where it stopped.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepareData } from './street/data.mjs';
import { ROOT, sharedData, WORK } from './street/places.mjs';
import { publish } from './street/publish.mjs';

const shared = sharedData();
const data = await prepareData(shared, console.log);
const start = await trained('highway', ['--data', join(shared, 'detect', 'highway')]);
const run = await trained('street', ['--data', data, '--from', join(start, 'best.ckpt')]);
await publish({ run, data, model: join(WORK, 'street') });

/** Trains a recipe in folders of its own, or goes on with it. @returns the folder of its run */
async function trained(name, args) {
  const run = join(WORK, `run-${name}`);
  const model = join(WORK, name);
  if (existsSync(join(model, 'card.json'))) return run;
  const resume = existsSync(join(run, 'last.ckpt')) ? ['--resume'] : [];
  const recipe = join(ROOT, 'pipelines', `train-${name}.yaml`);
  console.log(`\n${name}: training into ${run}`);
  const command = [join(ROOT, 'scripts', 'lookout.mjs'), 'train', recipe, ...args, '--run', run, '--out', model];
  const child = spawn(process.execPath, [...command, ...resume], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const code = await new Promise((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
  if (code !== 0) process.exit(code);
  return run;
}
