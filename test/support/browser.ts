import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser of the Chromium family, as packaged or as Playwright fetched it; undefined where there is none: skip, visibly. */
export const browserPath: string | undefined = [...CANDIDATES, chromium.executablePath()].find((path) =>
  existsSync(path),
);

/** Starts it with a profile of its own, without a window. */
export async function launchBrowser(...args: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath!, args: [...QUIET, ...args] });
}

/** What went wrong in a page, as its console says it. */
export interface Watched {
  readonly page: Page;
  readonly faults: string[];
}

/** Opens a page and listens for its faults. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 660, height: 640 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(url);
  return { page, faults };
}
