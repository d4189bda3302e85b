import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TrainingRecord } from '#core/training-record.js';
import { browserPath, launchBrowser, openPage } from '../support/browser.js';
import { type Clip, makeCountedClip } from '../support/clip.js';
import { errorOf, readPicture, readScreens } from '../support/screen-reader.js';
import { temporaryFolder } from '../support/video.js';
import { Watching } from '../support/watched-page.js';

const folder = temporaryFolder();
const FAKE_WEBCAM = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const OTHER_NAME = '--host-resolver-rules=MAP camera.test 127.0.0.1';

let clip: Clip;
let browser: Browser;
let running: Watching;

beforeAll(async () => {
  if (browserPath === undefined) return;
  clip = await makeCountedClip(folder);
  browser = await launchBrowser(...FAKE_WEBCAM, OTHER_NAME);
});
afterAll(() => browser?.close());
afterEach(() => running.close(browser));

async function opened(
  query = '',
  { names = ['gate', 'yard'], ...options }: { names?: string[] } & ConstructorParameters<typeof Watching>[1] = {},
): Promise<{ page: Page; faults: string[] }> {
  running = await new Watching(Object.fromEntries(names.map((name) => [name, { clip }])), options).start();
  return openPage(browser, running.server.url + query);
}

const isLive = (page: Page) => page.locator('.pill[data-tone=good]').waitFor();
const tile = (page: Page, name: string) => page.locator(`.tile[data-camera="${name}"]`);

describe.skipIf(browserPath === undefined)('the page', () => {
  it('shows all cameras; Enter enlarges one, Escape goes back, and the address keeps it', async () => {
    const { page, faults } = await opened();
    await tile(page, 'gate').and(page.locator('[data-tone=good]')).waitFor();
    await tile(page, 'yard').and(page.locator('[data-tone=good]')).waitFor();
    await tile(page, 'yard').locator('.open').focus();
    await page.keyboard.press('Enter');
    await page.locator('.stage[data-camera=yard]').waitFor();
    expect(new URL(page.url()).search).toBe('?camera=yard');
    await page.keyboard.press('ArrowRight');
    await page.locator('.stage[data-camera=gate]').waitFor();
    await page.keyboard.press('Escape');
    await tile(page, 'gate').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toContain('gate');
    await page.goBack();
    await page.locator('.stage[data-camera=gate]').waitFor();
    await isLive(page);
    await page.reload();
    await isLive(page);
    expect(faults).toEqual([]);
  });

  it('filters at once, also on a frozen picture, and saves what is shown', async () => {
    const { page } = await opened('?camera=gate');
    // Room for the panel beside the picture.
    await page.setViewportSize({ width: 992, height: 640 });
    await page.keyboard.press('p');
    await isLive(page);
    await page.locator('.stage').focus();
    await page.keyboard.press('Space');
    const look = async () => (await readScreens(page, clip.size, 1))[0]!;
    const frozen = await look();
    expect(errorOf(frozen, clip.size)).toBeLessThan(3);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
    expect(download.suggestedFilename()).toMatch(/^gate-[\d-]+T[\d-]+\.png$/);
    const saved = await readPicture(readFileSync(await download.path()), clip.size);
    expect(saved.counter).toBe(frozen.counter);
    expect(errorOf(saved, clip.size)).toBeLessThan(3);

    await page.locator('.slider input').fill('0.9');
    expect(await look()).toEqual(frozen);
    await page.locator('.slider input').fill('0.91');
    expect(await look()).toEqual({ counter: frozen.counter, boxLeft: undefined });
    expect(new URL(page.url()).searchParams.get('threshold')).toBe('0.91');
    await page.locator('.slider input').fill('0');
    await page.getByRole('checkbox', { name: 'square' }).uncheck({ force: true });
    expect(await look()).toEqual({ counter: frozen.counter, boxLeft: undefined });
    await page.getByRole('button', { name: 'Show all classes' }).click();
    expect(await look()).toEqual(frozen);
  });

  it('says in words what a camera is doing, and never shows an old picture as live', async () => {
    const { page } = await opened('', { names: ['gate'] });
    await tile(page, 'gate').and(page.locator('[data-tone=good]:not([data-stale])')).waitFor();
    running.cameras.camera('gate').fail('auth', 'wrong user name or password', 9000);
    await page.getByText(/wrong user name or password; next try in \d s/).waitFor();
    expect(await tile(page, 'gate').getAttribute('data-stale')).not.toBeNull();
    expect(
      await tile(page, 'gate')
        .locator('.screen')
        .evaluate((screen) => getComputedStyle(screen).filter),
    ).toMatch(/grayscale/);
    running.cameras.camera('gate').connect();
    await tile(page, 'gate').and(page.locator('[data-tone=good]:not([data-stale])')).waitFor();
    running.cameras.camera('gate').stop();
    await page.getByText('No picture').first().waitFor();
    await page.getByText(/last picture \d s ago/).waitFor();
  });

  it('says that the server is gone, and goes on when it is back', async () => {
    const { page } = await opened('?camera=gate');
    await isLive(page);
    const { port } = running.server;
    await running.server.close();
    await page.getByText('No connection to lookout.').waitFor();
    expect(await page.locator('.stage').getAttribute('data-stale')).not.toBeNull();
    await running.start(port);
    await isLive(page);
    expect(await page.locator('.banner').count()).toBe(0);
    const seen = await readScreens(page, clip.size, 20);
    expect(seen.filter((one) => errorOf(one, clip.size) < 6)).toHaveLength(20);
  });

  it('helps an empty installation to its first camera', async () => {
    const { page } = await opened('', { names: [], sources: { directories: [], networks: [] } });
    await page.getByRole('heading', { name: 'Nothing to watch yet' }).waitFor();
    await page.getByLabel('Name').fill('gate');
    await page.getByLabel('Address').fill('/etc/passwd');
    await page.getByRole('button', { name: 'Add camera' }).click();
    await page.getByRole('alert').filter({ hasText: 'files are not open to the page' }).waitFor();
    running.cameras.open('gate', { clip });
    await tile(page, 'gate').and(page.locator('[data-tone=good]')).waitFor();
  });

  it('sends the webcam of the browser, and shows it as a camera', async () => {
    const { page, faults } = await opened('', { names: [] });
    await page.getByRole('button', { name: 'Start the webcam' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start the webcam' }).click();
    await tile(page, 'webcam').and(page.locator('[data-tone=good]')).waitFor();
    await page.getByRole('button', { name: 'Webcam on' }).click();
    await page.getByRole('button', { name: 'Stop the webcam' }).click();
    await tile(page, 'webcam').waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });

  it('explains why there is no webcam on a page from http', async () => {
    const { page } = await opened('', { names: [], hosts: ['camera.test'] });
    await page.goto(`http://camera.test:${running.server.port}/`);
    await page.getByRole('button', { name: 'How to' }).click();
    await page.getByRole('dialog').getByText(`http://localhost:${running.server.port}/`).waitFor();
  });

  it('plays on plain http too', async () => {
    const { page } = await opened('', { names: ['gate'], hosts: ['camera.test'] });
    await page.goto(`http://camera.test:${running.server.port}/?camera=gate`);
    await isLive(page);
    const seen = await readScreens(page, clip.size, 20);
    expect(seen.filter((one) => errorOf(one, clip.size) < 6)).toHaveLength(20);
  });

  it('asks for a login where one is needed, lets viewers look only, and lets them out again', async () => {
    const token = 'a token for the tests';
    const { page } = await opened('?camera=gate', { access: { tokens: [{ token, role: 'viewer' }] } });
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await tile(page, 'gate').and(page.locator('[data-tone=good]')).waitFor();
    expect(await page.getByRole('button', { name: 'Add camera' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Token').waitFor();
  });

  it('goes to the login when its session is not valid any more', async () => {
    const options = { access: { tokens: [{ token: 'the first token of all', role: 'admin' }] } } as const;
    const { page } = await opened('', options);
    await page.getByLabel('Token').fill(options.access.tokens[0].token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await tile(page, 'gate').and(page.locator('[data-tone=good]')).waitFor();
    const { port } = running.server;
    await running.server.close();
    Object.assign(options.access.tokens[0], { token: 'quite another token' });
    await running.start(port);
    await page.getByLabel('Token').waitFor();
  });

  it('tells what it shows to those who listen, in whole sentences', async () => {
    const { page } = await opened('', { names: ['gate'] });
    const said = page.locator('#announcement');
    await said.filter({ hasText: 'gate: 1 square' }).waitFor();
    expect(await said.getAttribute('aria-live')).toBe('polite');
  });

  it.each([
    ['the grid', ''],
    ['an enlarged camera', '?camera=gate'],
  ])('fits a phone of 360 px: %s', async (_, query) => {
    const { page } = await opened(query);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.keyboard.press('p');
    await page.locator('.panel').waitFor();
    const { content, window } = await page.evaluate(() => ({
      content: document.documentElement.scrollWidth,
      window: innerWidth,
    }));
    expect(content).toBeLessThanOrEqual(window);
    for (const button of await page.getByRole('button').all()) {
      const box = await button.boundingBox();
      expect(box!.x + box!.width, (await button.textContent()) ?? undefined).toBeLessThanOrEqual(360);
    }
  });

  it('shows a training run: curves, where it stands, what it finds; and the way back', async () => {
    const losses = (epoch: number) => ({ box: 1 / (epoch + 1), classes: 0.5, total: 2 });
    let updated_at = Date.now();
    const record = (): TrainingRecord => ({
      ...{ format: 1, name: 'street', architecture: 'tiny', parameters: 1.3e6, device: 'cpu', labels: ['square'] },
      ...{ train_pictures: 8, validation_pictures: 1, state: 'training', started_at: 1, updated_at, rollbacks: 0 },
      history: [0, 1, 2].map((epoch) => ({
        ...{ epoch, losses: losses(epoch), rate: 0.01, size: 64, trained_seconds: 9, AP: epoch / 10, AP50: epoch / 5 },
      })),
      best: { epoch: 2, AP: 0.2, AP50: 0.4 },
      now: {
        ...{
          epoch: 3,
          epochs: 6,
          step: 2,
          steps_per_epoch: 4,
          losses: losses(3),
          rate: 0.01,
          size: 64,
          progress: 0.58,
        },
        ...{ pictures_per_second: 20, wait_share: 0, memory_mb: 500, seconds_left: 185 },
      },
      pictures: [
        {
          ...{ file: 'a.jpg', ...clip.size, truths: [{ class_id: 0, box: [0, 0, 9, 9] }] },
          detections: [{ class_id: 0, score: 0.7, box: [1, 1, 9, 9] }],
        },
      ],
    });
    const trainings = {
      list: async () => [{ run: 'street', record: record() }],
      read: async () => record(),
      picture: async () => clip.pictures[0],
    };
    const { page, faults } = await opened('', { trainings });
    await page.getByRole('button', { name: 'Training 58%' }).click();
    expect(new URL(page.url()).search).toBe('?training=street');
    await page.getByRole('heading', { name: 'street' }).waitFor();
    await page.getByText('Epoch 4 of 6, step 2 of 4').waitFor();
    await page.getByText('58 % · 3 min left').waitFor();
    expect(await page.getByRole('progressbar').getAttribute('aria-label')).toBe('Progress of the run');
    const charts = await page.locator('.chart svg[role=img]').evaluateAll((all) => all.map((one) => one.ariaLabel));
    expect(charts).toEqual([
      'Average precision on held-out pictures: AP50 0.4, AP 0.2 after epoch 3',
      'Loss on the training pictures: box 0.333, classes 0.5 after epoch 3',
      'Learning rate: rate 0.01 after epoch 3',
    ]);
    const picture = page.getByRole('img', { name: '1 square' });
    await picture.waitFor();
    expect(await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(
      640,
    );
    updated_at -= 3_600_000;
    await page.getByText('No sign of life for 60 min').or(page.getByText('No sign of life for 1 h')).waitFor();
    await page.keyboard.press('Escape');
    await tile(page, 'gate').waitFor();
    expect(faults).toEqual([]);
  });

  it('has a name for everything that can be pressed', async () => {
    const { page } = await opened('?camera=gate');
    await isLive(page);
    await page.keyboard.press('p');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, a, dialog, [role=toolbar], [role=group]')]
        .filter((element) => {
          const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
          const text = [element, ...labels].map((one) => one.textContent?.trim() ?? '').join('');
          return text === '' && !element.hasAttribute('aria-label') && !element.hasAttribute('aria-labelledby');
        })
        .map((element) => element.outerHTML),
    );
    expect(nameless).toEqual([]);
  });
});
