// Camera-to-pixel latency: from the moment at which a camera makes a picture to the moment at which the browser has it on
// the screen, with the boxes of this very picture, read from pixels:
//
//   npm run bench:page -- MODEL [--seconds 15] [--size 1280x720] [--fps 25] [--group 25] [--pace auto|exact|smooth|fast]
//
// The camera is GStreamer's RTSP server, the page runs in Chromium; what it says of its latency stands beside. Then the camera
// stands still for two seconds, as networks do: how long until the picture is at the live edge again?
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { table } from './measure.mjs';
import { clockCameras, readLatencies } from './page-latency.mjs';

const options = { seconds: '15', size: '1280x720', fps: '25', group: '25', pace: 'auto' };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, { type: 'string', default: value }]),
  ),
});
const [model, ...rest] = positionals;
if (model === undefined) throw new Error('usage: npm run bench:page -- MODEL [--seconds 15] [--size 1280x720]');
const [width, height] = values.size.split('x').map(Number);
const cameras = await clockCameras(['clock'], { width, height, fps: Number(values.fps), group: Number(values.group) });
const lookout = spawn(
  process.execPath,
  ['scripts/lookout.mjs', 'watch', `clock=${cameras.url('clock')}`, '--model', model, '--port', '0', '--json', ...rest],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  await measured(await addressOf(lookout));
} finally {
  await browser.close();
  lookout.kill('SIGTERM');
  cameras.stop();
}

async function measured(url) {
  const page = await browser.newPage({ viewport: { width: 700, height: 480 } });
  await page.addInitScript((pace) => localStorage.setItem('lookout', JSON.stringify({ pace })), values.pace);
  const opened = Date.now();
  await page.goto(`${url}?camera=clock`);
  await page.locator('.pill[data-tone=good]').waitFor();
  const startMs = Date.now() - opened;
  await page.waitForTimeout(4000); // the playhead settles
  const steady = await readLatencies(page, cameras.size, Number(values.seconds));
  const said = await page
    .locator('.stage .pill.quiet')
    .first()
    .textContent()
    .catch(() => '-');
  cameras.pause();
  await page.waitForTimeout(2000);
  const resumed = Date.now();
  cameras.resume();
  const after = await readLatencies(page, cameras.size, 8);
  const all = steady.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const quantile = (share) => `${all[Math.min(all.length - 1, Math.floor(share * all.length))]} ms`;
  const back = after.findLast(({ latencyMs }) => latencyMs > all[all.length >> 1] + 150);
  table(
    ['pictures', 'p50', 'p95', 'p99', 'worst', 'the page says', 'first picture', 'at the edge again'],
    [
      [
        all.length,
        quantile(0.5),
        quantile(0.95),
        quantile(0.99),
        quantile(1),
        said,
        `${startMs} ms`,
        back ? `${Math.round(back.at - resumed)} ms` : '0 ms',
      ],
    ],
  );
}

/** Where the page is, once it is there. */
async function addressOf({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const event = JSON.parse(line);
    if (event.event === 'listening' || event.url) return event.url;
  }
  throw new Error('lookout ended before it served its page');
}
