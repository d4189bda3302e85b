import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, launchBrowser, openPage } from '../support/browser.js';
import { type Clip, makeCountedClip, STEP } from '../support/clip.js';
import type { FakeCameraOptions } from '../support/fake-cameras.js';
import { errorOf, readScreens, type Seen } from '../support/screen-reader.js';
import { temporaryFolder } from '../support/video.js';
import { Watching } from '../support/watched-page.js';

/*
 * Each frame of the clip holds its number as bars, and a square that is elsewhere in the frame before and after. What
 * Chromium has composited is read back pixel by pixel: does the drawn box lie on the square of the very frame that is shown?
 */

const folder = temporaryFolder();
const SCREENS = 120;

let clip: Clip;
let browser: Browser;
let running: Watching;

beforeAll(async () => {
  if (browserPath === undefined) return;
  clip = await makeCountedClip(folder);
  browser = await launchBrowser();
});
afterAll(() => browser?.close());
afterEach(() => running.close(browser));

/** A page that shows one camera, once its picture moves. */
async function watching(options: Partial<FakeCameraOptions>): Promise<{ page: Page; faults: string[] }> {
  running = await new Watching({ gate: { clip, ...options } }).start();
  const watched = await openPage(browser, `${running.server.url}?camera=gate`);
  await watched.page.locator('.pill[data-tone=good]').waitFor();
  return watched;
}

function shareOfRight(seen: readonly Seen[]): number {
  return seen.filter((one) => errorOf(one, clip.size) < STEP / 2).length / seen.length;
}

function distinct(seen: readonly Seen[]): number {
  return new Set(seen.map(({ counter }) => counter)).size;
}

/** Whole numbers 0..1 that look like chance and are the same each time. */
const chance = (index: number) => ((index * 2654435761) % 2 ** 32) / 2 ** 32;

describe.skipIf(browserPath === undefined)('on each painted frame', () => {
  const cases: readonly [string, Partial<FakeCameraOptions>][] = [
    ['when the model is fast', { delayMs: () => 15 }],
    ['when 30 % of the observations are 200 ms late', { delayMs: (index) => (chance(index) < 0.3 ? 240 : 40) }],
    ['when only every third frame is analysed', { analysed: (index) => index % 3 === 0, delayMs: () => 80 }],
    ['when each picture comes as a JPEG', { video: 'jpeg' }],
  ];

  it.each(cases)('the boxes are those of this very frame, %s', async (_, options) => {
    const { page, faults } = await watching(options);
    const seen = await readScreens(page, clip.size, SCREENS);
    expect(shareOfRight(seen), JSON.stringify(seen)).toBeGreaterThanOrEqual(0.99);
    expect(distinct(seen), 'the picture moves').toBeGreaterThan(SCREENS / 3);
    expect(faults).toEqual([]);
  });

  it('they would be seen to be wrong if they were one frame late', async () => {
    const late: Clip = { ...clip, detectionsOf: (index) => clip.detectionsOf(Math.max(0, index - 1)) };
    const { page } = await watching({ clip: late, delayMs: () => 15 });
    expect(shareOfRight(await readScreens(page, clip.size, 30))).toBeLessThan(0.1);
  });

  it('they stay so when the camera comes back with another epoch and another clock', async () => {
    const { page } = await watching({ delayMs: () => 60 });
    const before = await readScreens(page, clip.size, 30);
    const reading = readScreens(page, clip.size, SCREENS);
    running.cameras.camera('gate').connect();
    const seen = await reading;
    expect(shareOfRight(before)).toBeGreaterThanOrEqual(0.99);
    expect(shareOfRight(seen), JSON.stringify(seen)).toBeGreaterThanOrEqual(0.99);
    expect(distinct(seen), 'the picture moves again').toBeGreaterThan(SCREENS / 3);
  });

  it('they stay so after the viewer froze the picture and went on', async () => {
    const { page } = await watching({ delayMs: () => 60 });
    await page.keyboard.press('Space');
    const frozen = await readScreens(page, clip.size, 1);
    await page.keyboard.press('Space');
    await page.locator('.pill[data-tone=good]').waitFor();
    const seen = await readScreens(page, clip.size, SCREENS);
    expect(shareOfRight([...frozen, ...seen]), JSON.stringify(seen)).toBeGreaterThanOrEqual(0.99);
    expect(distinct(seen), 'the picture moves again').toBeGreaterThan(SCREENS / 3);
  });
});
