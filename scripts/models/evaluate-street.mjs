// npm run models:evaluate: models/street and public models on the same held-back pictures; writes the table of models/README.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../../dist/onnx/inspect/table.js';
import { openEngine } from '../../dist/runtime/engine.js';
import { readModelFile } from '../../dist/runtime/model-file.js';
import { emptyPictures, heldOut, judge, median, SINGLE } from './street/held-out.mjs';
import { LABELS, ROOT, sharedData } from './street/places.mjs';
import { figures } from './street/publish.mjs';
import { falsePerPicture } from './street/thresholds.mjs';

/** Threshold that each public model's own repository shows boxes from, where it says one. */
const OTHERS = [
  { name: 'YOLOX-nano', file: 'yolox-nano.onnx', score: 0.3 },
  { name: 'Yolo-Fastest v2', file: 'yolo-fastest-v2.onnx', score: 0.3 },
  { name: 'FastestDet', file: 'fastestdet.onnx', score: 0.3 },
];
/** A smaller input for `--imgsz`. */
const SMALL = 256;
const ROUNDS = 60;

const shared = sharedData();
const street = process.argv[2] ?? join(ROOT, 'models', 'street');
if (!existsSync(join(street, 'card.json'))) {
  console.error(`${street} holds no model: npm run models:train makes it`);
  process.exit(2);
}
const quantised = `${street}-int8`;
const models = [
  own('**street**', street),
  own(`street --imgsz ${SMALL}`, street, SMALL),
  ...(existsSync(join(quantised, 'card.json'))
    ? [own('street-int8', quantised), own(`street-int8 --imgsz ${SMALL}`, quantised, SMALL)]
    : []),
  ...OTHERS.map(({ name, file, score }) => {
    const model = join(shared, 'models', file);
    return { name, model, file: model, scores: LABELS.map(() => score) };
  }),
];
const held = await heldOut(shared);
const empty = emptyPictures(shared, held);
const milliseconds = await sideBySide(models);
const rows = [];
for (const [n, one] of models.entries()) {
  console.log(`${one.name}: ${held.length} photographs, ${empty.length} without any of the classes`);
  const { pictures, card: read } = await judge({ ...one, samples: held });
  const blank = await judge({ ...one, samples: empty });
  const { width, height } = read.input.size;
  const network = table((await readModelFile(one.file)).model, {
    sizes: { [read.input.name]: [1, 3, height, width] },
  });
  const falsePositives = falsePerPicture(blank.pictures, one.scores);
  rows.push({
    ...one,
    ...figures(pictures),
    size: `${width} x ${height}`,
    network,
    falsePositives,
    ms: milliseconds[n],
  });
}
const text = markdown(rows);
console.log(`\n${text}`);
if (process.argv[2] === undefined) writeInto(join(ROOT, 'models', 'README.md'), text);

/** A model of ours, by the thresholds of its card. */
function own(name, model, imgsz) {
  const { thresholds, model: graph } = JSON.parse(readFileSync(join(model, 'card.json'), 'utf8'));
  const scores = LABELS.map((label) => thresholds.perClass[label] ?? thresholds.score);
  return { name, model, file: join(model, graph.file), scores, ...(imgsz && { imgsz }) };
}

/** Median time of one picture on one thread; the models take turns, so that a busy machine is busy for all. */
async function sideBySide(list) {
  const engines = [];
  for (const { model, imgsz } of list) engines.push(await openEngine({ ...SINGLE, model, ...(imgsz && { imgsz }) }));
  const times = engines.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [n, engine] of engines.entries()) {
      const { width, height } = engine.card.input.size;
      const { inferenceMs } = await engine.infer([new Uint8Array(3 * width * height).fill(round)]);
      if (round >= 5) times[n].push(inferenceMs);
    }
  }
  await Promise.all(engines.map((engine) => engine.close()));
  return times.map(median);
}

function markdown(rows) {
  const head = ['model', 'input, px', 'M parameters', 'GFLOPs', 'ms', 'AP', 'AP50', ...LABELS, 'false boxes'];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const body = rows.map(({ name, size, network, ms, AP, AP50, perClass, falsePositives }) => [
    ...[name, size, (network.parameters / 1e6).toFixed(2), (network.flops / 1e9).toFixed(2), ms.toFixed(1)],
    ...[AP, AP50, ...LABELS.map((label) => perClass[label].AP50)].map((value) => value.toFixed(3)),
    falsePositives.toFixed(2),
  ]);
  return [head, head.map((_, n) => (n === 0 ? '---' : '---:')), ...body].map(line).join('\n');
}

function writeInto(file, text) {
  const [before, after] = ['<!-- figures: npm run models:evaluate -->', '<!-- end of figures -->'];
  const page = readFileSync(file, 'utf8');
  const start = page.indexOf(before) + before.length;
  const end = page.indexOf(after);
  if (end < start) throw new Error(`${file}: expected the lines ${before} and ${after}`);
  writeFileSync(file, `${page.slice(0, start)}\n\n${text}\n\n${page.slice(end)}`);
}
