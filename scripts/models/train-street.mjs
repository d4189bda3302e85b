// npm run models:train [-- --continue]: the bundled model models/street, from the pictures to its folder. Hours; goes on where
// it stopped. It starts with the highway recipe; with --continue from the weights of models/street as they are.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareData } from './street/data.mjs';
import { ROOT, sharedData, WORK } from './street/places.mjs';
import { publish } from './street/publish.mjs';

const { values } = parseArgs({ options: { continue: { type: 'boolean', default: false } } });
const shared = sharedData();
const data = await prepareData(shared, console.log);
await trained('street', ['--data', data, '--from', await start()]);
await publish({ model: join(WORK, 'street') });

/** Weights that the training starts from; those of models/street are copied, for the run outlives them. */
async function start() {
  if (!values.continue)
    return join(await trained('highway', ['--data', join(shared, 'detect', 'highway')]), 'best.ckpt');
  const copy = join(WORK, 'start.onnx');
  if (!existsSync(copy)) copyFileSync(join(ROOT, 'models', 'street', 'model.onnx'), copy);
  return copy;
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
