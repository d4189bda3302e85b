// From a finished run to models/street: thresholds from held-back pictures, and a card that says where all comes from.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatCard } from '../../../dist/runtime/card-file.js';
import { evaluateDetections } from '../../../dist/training/evaluation/evaluation.js';
import { sourcesText } from './data.mjs';
import { emptyPictures, heldOut, judge } from './held-out.mjs';
import { LABELS, ROOT, sharedData } from './places.mjs';
import { chooseThresholds, falseOfOtherHalf, falsePerPicture } from './thresholds.mjs';

const DESCRIPTION =
  'People, bicycles, motorbikes, cars, buses and lorries in streets; trained by lookout itself (npm run models:train)';
const LICENCE =
  'MIT for the weights. Learnt from pictures under the licences named in recipe.data.sources; some photographs are for ' +
  'non-commercial use only';
/** What it is fed with: about as many pixels as the square of its training, in the shape of each picture. */
const SIZE = { width: 384, height: 288 };

/** Writes models/street. @param model folder of the exported model @param start weights that its training began with */
export async function publish({ model, start }) {
  const card = JSON.parse(readFileSync(join(model, 'card.json'), 'utf8'));
  const out = join(ROOT, 'models', 'street');
  mkdirSync(out, { recursive: true });
  copyFileSync(join(model, card.model.file), join(out, card.model.file));
  if (hashOf(join(out, card.model.file)) !== card.model.sha256)
    throw new Error(`${model}: the card is not of this model.onnx`);
  const { data, ...recipe } = card.recipe;
  await writeJudged(out, {
    ...card,
    name: 'street',
    description: DESCRIPTION,
    licence: LICENCE,
    input: { ...card.input, size: SIZE, adapts: true },
    recipe: {
      ...recipe,
      start: { of: start.of, sha256: hashOf(start.file) },
      data: { ...data, sources: sourcesText() },
    },
  });
}

/** Writes a card with what its model finds in held-back pictures, and the thresholds that these give. */
export async function writeJudged(folder, card) {
  writeFileSync(join(folder, 'card.json'), formatCard(card));
  const shared = sharedData();
  const held = await heldOut(shared);
  const { pictures } = await judge({ model: folder, samples: held });
  const empty = (await judge({ model: folder, samples: emptyPictures(shared, held) })).pictures;
  const { score, perClass } = chooseThresholds({ pictures, empty, labels: LABELS });
  const scores = LABELS.map((label) => perClass[label]);
  const measured = figures(pictures);
  const falsePositives = {
    pictures: empty.length,
    falsePositivesPerPicture: rounded(falsePerPicture(empty, scores)),
    atScoresOfTheOtherHalf: rounded(falseOfOtherHalf({ pictures, empty, labels: LABELS })),
  };
  const judged = {
    ...card,
    thresholds: { score, iou: 0.5, perClass },
    metrics: { ...measured, empty: falsePositives },
    recipe: { ...card.recipe, weaknesses: weaknesses(measured) },
  };
  writeFileSync(join(folder, 'card.json'), formatCard(judged));
  console.log(`written: models/${card.name}; AP50 ${measured.AP50} on ${held.length} held-back photographs`);
}

function hashOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** What the figures say of where it fails. */
function weaknesses({ AP50, APs, APl, perClass }) {
  const behind = Object.entries(perClass).filter(([, one]) => one.AP50 < AP50);
  return [
    `small objects (below 32 x 32 px): AP ${APs} against ${APl} of large ones (from 96 x 96 px)`,
    ...behind.map(([label, one]) => `${label}: AP50 ${one.AP50} on ${one.truths} objects`),
  ];
}

const rounded = (value) => Math.round(value * 1e4) / 1e4;

/** AP as COCO defines it, per class and size of the objects. */
export function figures(pictures) {
  const { metrics } = evaluateDetections(pictures, LABELS);
  const of = (one, names) => Object.fromEntries(names.map((name) => [name, rounded(one[name])]));
  const perClass = metrics.perClass.map((one) => [
    LABELS[one.classId],
    { ...of(one, ['AP', 'AP50', 'APs', 'APm', 'APl']), truths: one.truths },
  ]);
  return {
    pictures: pictures.length,
    ...of(metrics, ['AP', 'AP50', 'AP75', 'APs', 'APm', 'APl']),
    perClass: Object.fromEntries(perClass),
  };
}
