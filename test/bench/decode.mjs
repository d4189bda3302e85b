// What decoding costs: `node test/bench/decode.mjs CLIP [--input 416] [--rounds 5] [--flags area]`
// Compares, turn by turn in one run, bare `ffmpeg` that decodes and scales to nothing with lookout's video source.
// CPU seconds are those of the child (waited for by this process) plus, for the source, those of this process itself.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openVideo } from '#media/open-video.js';
import { pictureFilters } from '#media/picture-filters.js';
import { probe } from '#media/probe.js';
import { letterbox, pictureSize } from '#vision/letterbox.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    input: { type: 'string', default: '416' },
    rounds: { type: 'string', default: '5' },
    scaler: { type: 'string', default: 'area' },
  },
});
const [clip] = positionals;
if (!clip) throw new Error('usage: node test/bench/decode.mjs CLIP');
const side = Number(values.input);
const input = { width: side, height: side };
const facts = await probe(clip);
const fitted = letterbox({ source: facts.size, input, fit: 'letterbox', sampleAspect: facts.sampleAspect });
const { width, height } = pictureSize(fitted);

/** CPU seconds of all children that have ended and were waited for. */
function childSeconds() {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

async function measure(run) {
  const [cpu, children, begun] = [process.cpuUsage(), childSeconds(), performance.now()];
  const frames = await run();
  const wall = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { frames, wall, child: childSeconds() - children, own: (user + system) / 1e6 };
}

function bare(filters) {
  const args = ['-nostdin', '-v', 'error', '-threads', '1', '-i', clip, '-an', '-vf', filters, '-filter_threads', '1'];
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', [...args, '-f', 'null', '-'], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('exit', (code) => (code === 0 ? resolve(facts.frames) : reject(new Error(`ffmpeg exited with ${code}`))));
  });
}

async function source() {
  let frames = 0;
  const frameSource = await openVideo(clip, { facts, input, fit: 'letterbox', scaler: values.scaler });
  for await (const { data } of frameSource) {
    frames += 1;
    frameSource.recycle(data);
  }
  return frames;
}

const contenders = {
  'decode only': () => bare('null'),
  'decode + scale (bilinear)': () => bare(`scale=${width}:${height}:flags=bilinear`),
  [`decode + scale (${values.scaler})`]: () => bare(`scale=${width}:${height}:flags=${values.scaler}`),
  'decode + letterbox to RGB': () =>
    bare(pictureFilters(facts, { letterbox: fitted, padding: 114, scaler: values.scaler }).join(',')),
  'lookout source': source,
};

const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
await source(); // warm up
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const [name, run] of Object.entries(contenders)) results[name].push(await measure(run));
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
console.log(`${clip}: ${facts.frames} frames ${facts.size.width}x${facts.size.height} to ${side}x${side}`);
const rows = Object.entries(results).map(([what, runs]) => ({
  what,
  'frames/s': Math.round(median(runs.map(({ frames, wall }) => frames / wall))),
  'child CPU ms/frame': median(runs.map(({ frames, child }) => (1000 * child) / frames)).toFixed(2),
  'own CPU ms/frame': median(runs.map(({ frames, own }) => (1000 * own) / frames)).toFixed(2),
}));
console.table(rows);
