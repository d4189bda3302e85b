// How old a picture is when it is on the screen, read from its pixels: a camera burns the time into each picture that it
// makes (test/support/clock_picture.py), Chromium says when it swapped each screen. Both are clocks of this machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import sharp from 'sharp';

const BITS = 16;
const PYTHON = '/usr/bin/python3';

/** Starts an RTSP camera per name that shows its clock; it ends with `stop`, or with this process. */
export async function clockCameras(names, { width = 1280, height = 720, fps = 25, group = 25 } = {}) {
  const mounts = Object.fromEntries(names.map((name) => [`/${name}`, { clock: { width, height, fps, group } }]));
  const port = 30_000 + Math.floor(Math.random() * 2000);
  const child = spawn(PYTHON, ['test/support/rtsp-server.py', JSON.stringify({ port, mounts })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await Promise.race([once(createInterface({ input: child.stdout }), 'line'), once(child, 'exit').then(refuse)]);
  return {
    size: { width, height },
    url: (name) => `rtsp://127.0.0.1:${port}/${name}`,
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    stop: () => child.kill('SIGKILL'),
  };
}

function refuse() {
  throw new Error('the RTSP server did not start: gir1.2-gst-rtsp-server-1.0 and python3-gi are needed');
}

/**
 * Reads composited screens for some time.
 * @returns {Promise<{at: number, latencyMs: number}[]>} one per new picture: when it was swapped to the screen, ms since the
 * Unix epoch, and its age then
 */
export async function readLatencies(page, size, seconds) {
  const place = await placeOf(page, size);
  const client = await page.context().newCDPSession(page);
  const screens = [];
  client.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
    screens.push({ data, at: metadata.timestamp * 1000 });
    void client.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
  });
  await client.send('Page.startScreencast', { format: 'jpeg', quality: 60 });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await client.send('Page.stopScreencast');
  await client.detach();
  const read = [];
  let before;
  for (const { data, at } of screens) {
    const clock = await readClock(Buffer.from(data, 'base64'), place);
    if (clock !== undefined && clock !== before) read.push({ at, latencyMs: ageOf(clock, at) });
    before = clock;
  }
  return read;
}

/** Milliseconds from a burnt-in time to a moment; the clock begins anew every 65 s. */
function ageOf(clock, at) {
  const age = (Math.round(at) - clock) % 2 ** BITS;
  return age < -(2 ** BITS) / 2 ? age + 2 ** BITS : age;
}

/** Where the picture is on the screen, CSS px. */
async function placeOf(page, { width, height }) {
  const area = await page.locator('.stage .screen').boundingBox();
  const scale = Math.min(area.width / width, area.height / height);
  const [shownWidth, shownHeight] = [width * scale, height * scale];
  const [left, top] = [area.x + (area.width - shownWidth) / 2, area.y + (area.height - shownHeight) / 2];
  return { left, top, width: shownWidth, height: shownHeight, view: page.viewportSize() };
}

/** The burnt-in time, ms modulo 2^16; undefined where the bars cannot be read. */
export async function readClock(file, { left, top, width, height, view }) {
  const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  const scale = info.width / view.width;
  let grey = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    const x = Math.round((left + ((bit + 0.5) * width) / BITS) * scale);
    const y = Math.round((top + height / 2) * scale);
    const value = data[(y * info.width + x) * info.channels];
    if (value > 90 && value < 160) return undefined;
    if (value >= 160) grey |= 1 << bit;
  }
  for (let shift = 1; shift < BITS; shift *= 2) grey ^= grey >> shift;
  return grey;
}
