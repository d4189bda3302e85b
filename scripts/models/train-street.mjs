// npm run models:train [-- --continue]: the bundled models street and street-int8, from the pictures to their folders. Hours; goes on where
// it stopped. It starts with the highway recipe; with --continue from the weights of models/street as they are.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareData } from './street/data.mjs';
import { ROOT, sharedData, WORK } from './street/places.mjs';
import { publish } from './street/publish.mjs';
import { publishQuantised } from './street/quantised.mjs';

const { values } = parseArgs({ options: { continue: { type: 'boolean', default: false } } });
const shared = sharedData();
const data = await prepareData(shared, console.log);
const start = values.continue ? asItIs() : await afterHighway();
await trained('street', ['--data', data, '--from', start.file]);
await publish({ model: join(WORK, 'street'), start });
await publishQuantised({ data });

async function afterHighway() {
  const run = await trained('highway', ['--data', join(shared, 'detect', 'highway')]);
  return { of: 'pipelines/train-highway.yaml', file: join(run, 'best.ckpt') };
}

/** A copy of the weights of models/street: a run may be gone on with after they were replaced. */
function asItIs() {
  const file = join(WORK, 'start.onnx');
  if (!existsSync(file)) copyFileSync(join(ROOT, 'models', 'street', 'model.onnx'), file);
  return { of: 'models/street before', file };
}

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
