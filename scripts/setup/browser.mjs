import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { find, installation, mayInstall } from './system.mjs';

/** Chromium under the names that distributions give it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Whether there is a browser of the Chromium family: on PATH, or one that Playwright downloaded. */
export function hasBrowser(box) {
  if (NAMES.some((name) => find(box, name))) return true;
  const cache = box.env.PLAYWRIGHT_BROWSERS_PATH ?? join(box.env.HOME ?? '/root', '.cache/ms-playwright');
  return existsSync(cache) && readdirSync(cache).some((name) => name.startsWith('chromium'));
}

/** Debian packages Chromium; Ubuntu's package of that name needs snapd, so there Playwright's own build is fetched. */
export function browserInstallation(box) {
  if (box.distribution !== 'ubuntu') return installation(box, ['chromium']);
  const args = ['node_modules/playwright-core/cli.js', 'install', '--with-deps', 'chromium'];
  const advice = `run: node ${args.join(' ')}`;
  return mayInstall(box) ? { advice, commands: [{ argv: [process.execPath, ...args] }] } : { advice };
}
