// A long run that is given more than it can do: does the latency grow, does the memory?
//
//   npm run soak -- [--minutes 20] [--cameras 6] [--fps 25] [--model MODEL] [--clip CLIP] [--csv FILE]
//
// Starts `lookout watch` with more frames than the machine carries, reads the observations and one camera's video and pictures
// as a viewer does, and every ten seconds takes the median latency (arrival of the observation minus captured_at) and the
// resident memory of the program and of its children. The first quarter warms up. A slope counts as zero while it lies within
// three standard errors, or below 1 ms a minute and 0.1 MB a minute. Latency times rate is the number of frames under way
// (Little's law): a queue that grows raises it, a machine that others make slower does not. The file of `--csv` holds every
// sample, with what the program says of its own memory: the heap of the main thread, and what lies outside of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { benchClip } from './bench/clip.mjs';
import { median, table } from './bench/measure.mjs';

const SAMPLE_MS = 10_000;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    cameras: { type: 'string', default: '6' },
    fps: { type: 'string', default: '25' },
    model: { type: 'string', default: 'models/street' },
    clip: { type: 'string' },
    csv: { type: 'string' },
  },
});
const clip = values.clip ?? benchClip({ width: 640, height: 360, fps: 25, seconds: 30 });
const sources = Array.from({ length: Number(values.cameras) }, (_, at) => `cam${at + 1}=${clip}`);
const child = spawn(
  process.execPath,
  ['dist/main.js', 'watch', ...sources, '--fps', values.fps, '--model', values.model, '--port', '0', '--json'],
  { stdio: ['ignore', 'pipe', 'ignore'] },
);
process.on('exit', () => child.kill('SIGKILL')); // of no effect on one that has ended
const url = await address(child);
const samples = [];
let latencies = [];
const socket = new WebSocket(`${url.replace('http', 'ws')}api/v1/ws`);
await once(socket, 'open');
socket.send(JSON.stringify({ type: 'subscribe', cameras: ['*'] }));
socket.send(JSON.stringify({ type: 'subscribe', cameras: ['cam1'], video: 'fmp4' }));
socket.send(JSON.stringify({ type: 'subscribe', cameras: ['cam2'], video: 'jpeg' }));
socket.on('message', (data, isBinary) => {
  if (isBinary) return;
  const message = JSON.parse(data);
  if (message.type === 'observation') latencies.push(Date.now() - message.captured_at);
});
const begun = performance.now();
const end = begun + Number(values.minutes) * 60_000;
while (performance.now() < end && child.exitCode === null) {
  await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  const [own, children] = memory(child.pid);
  const minute = (performance.now() - begun) / 60_000;
  const [latency, rate] = [median(latencies), latencies.length / (SAMPLE_MS / 1000)];
  const published = await metrics(url);
  const heap = megabytes(published, 'nodejs_heap_size_used_bytes');
  const external = megabytes(published, 'nodejs_external_memory_bytes');
  samples.push({ minute, latency, rate, underWay: (latency / 1000) * rate, own, children, heap, external });
  if (values.csv !== undefined) writeFileSync(values.csv, csvOf(samples));
  latencies = [];
}
const outcomes = framesOf(await metrics(url));
socket.terminate();
child.kill('SIGTERM');
const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
report(samples.filter(({ minute }) => minute > Number(values.minutes) / 4));
console.log(`frames: ${outcomes}; exit code ${code}`);
if (code !== 0) process.exitCode = 1;

async function address({ stdout }) {
  let text = '';
  for await (const part of stdout) {
    text += part;
    const line = text.split('\n').find((each) => each.includes('"listening"') && each.endsWith('}'));
    if (line) return JSON.parse(line).url;
  }
  throw new Error('lookout watch ended before it listened');
}

/** Resident megabytes of a process and of all of its children. */
function memory(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [resident(pid), children.reduce((sum, each) => sum + resident(each), 0)];
}

function resident(pid) {
  const file = `/proc/${pid}/status`;
  return existsSync(file) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024 : 0;
}

async function metrics(base) {
  return (await fetch(new URL('/metrics', base))).text();
}

function megabytes(text, name) {
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]) / 2 ** 20;
}

function framesOf(text) {
  const sums = new Map();
  for (const [, outcome, count] of text.matchAll(/lookout_frames_total\{.*outcome="(\w+)"\} (\d+)/g))
    sums.set(outcome, (sums.get(outcome) ?? 0) + Number(count));
  return [...sums].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

function csvOf(rows) {
  const lines = rows.map((row) => Object.values(row).map((value) => value.toFixed(3)));
  return `${[Object.keys(rows[0]), ...lines].join('\n')}\n`;
}

/** Least squares: slope per minute and its standard error. */
function slope(points) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [x, y] = [mean(points.map(([each]) => each)), mean(points.map(([, each]) => each))];
  const spread = points.reduce((sum, [each]) => sum + (each - x) ** 2, 0);
  const value = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / spread;
  const rest = points.reduce((sum, [a, b]) => sum + (b - y - value * (a - x)) ** 2, 0);
  return { mean: y, value, error: Math.sqrt(rest / Math.max(1, points.length - 2) / spread) };
}

function report(measured) {
  const rows = [
    ['latency, ms', 'latency', 1],
    ['frames under way', 'underWay', 0.01],
    ['memory of lookout, MB', 'own', 0.1],
    ['memory of its children, MB', 'children', 0.1],
    ['frames analysed per second', 'rate', Infinity],
  ].map(([name, key, allowed]) => {
    const { mean, value, error } = slope(measured.map((sample) => [sample.minute, sample[key]]));
    const isZero = value <= Math.max(allowed, 3 * error);
    if (!isZero) process.exitCode = 1;
    return [name, mean.toFixed(1), `${value.toFixed(3)} +- ${error.toFixed(3)}`, isZero ? 'zero' : 'grows'];
  });
  table([`${values.minutes} min, ${values.cameras} cameras`, 'mean', 'slope per minute', 'verdict'], rows);
}
