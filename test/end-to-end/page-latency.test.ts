import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { clockCameras, readLatencies } from '../../scripts/bench/page-latency.mjs';
import { writeBrightModel } from '../support/bright-model.js';
import { browserPath, launchBrowser, openPage } from '../support/browser.js';
import { type Running, start } from '../support/lookout.js';
import { hasRtspServer } from '../support/rtsp-server.js';
import { temporaryFolder } from '../support/video.js';

/*
 * A camera burns the time into its pictures; Chromium's screens are read back. `npm run bench:page` prints how old pictures are
 * when they are seen. Here only that they are of now: far from what a start at an old key frame, a queue, or a playhead that
 * never catches up would give.
 */

const folder = temporaryFolder();
const MOST_MS = 3000;
const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function watch(url: string): Promise<string> {
  const model = writeBrightModel(join(folder, 'bright'));
  const running: Running = start(['watch', `clock=${url}`, '--model', model, '--port', '0', '--json']);
  closing.push(() => running.child.kill('SIGKILL') && running.ended);
  let text = '';
  for await (const data of running.child.stdout!) {
    text += String(data);
    const line = text.split('\n').find((each) => each.includes('"listening"') && each.endsWith('}'));
    if (line !== undefined) return (JSON.parse(line) as { url: string }).url;
  }
  throw new Error('it ended before it listened');
}

it.skipIf(browserPath === undefined || !hasRtspServer)(
  'what is on the screen is of now, also after the camera stood still',
  async () => {
    const camera = await clockCameras(['clock'], { width: 640, height: 360, fps: 10, group: 20 });
    closing.push(camera.stop);
    const url = await watch(camera.url('clock'));
    const browser = await launchBrowser();
    closing.push(() => browser.close());
    const { page, faults } = await openPage(browser, `${url}?camera=clock&hide=left&hide=right`);
    const live = page.locator('.pill[data-tone=good]');
    await live.waitFor();
    const before = await readLatencies(page, camera.size, 2.5);
    camera.pause();
    await live.waitFor({ state: 'hidden' });
    camera.resume();
    await live.waitFor();
    const after = await readLatencies(page, camera.size, 2.5);
    for (const seen of [before, after]) {
      const ages = seen.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
      expect(ages.length).toBeGreaterThan(3);
      expect(ages[0], 'no picture comes from the future').toBeGreaterThan(0);
      expect(ages[ages.length >> 1], JSON.stringify(ages)).toBeLessThan(MOST_MS);
    }
    expect(faults).toEqual([]);
  },
);
