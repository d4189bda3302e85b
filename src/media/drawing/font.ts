import { createRequire } from 'node:module';
import { GlobalFonts } from '@napi-rs/canvas';
import { LookoutError } from '#core/errors.js';

/** Inter (SIL Open Font License), by script; what it does not hold comes from the fonts of the system. */
const SCRIPTS = ['latin', 'latin-ext', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext', 'vietnamese'];
const WEIGHT = 600;

let families: string | undefined;

/**
 * The CSS font of drawn labels at a size. The first call registers the font's files.
 * @throws LookoutError kind `config` when they are missing from the installation
 */
export function labelFont(px: number): string {
  families ??= SCRIPTS.map((script) => `"${register(script)}"`).join(', ');
  return `${WEIGHT} ${px}px ${families}, sans-serif`;
}

/** Each script is a family of its own, so that the order in which they are asked is ours. */
function register(script: string): string {
  const family = `Lookout ${script}`;
  const path = createRequire(import.meta.url).resolve(
    `@fontsource-variable/inter/files/inter-${script}-wght-normal.woff2`,
  );
  if (!GlobalFonts.registerFromPath(path, family)) {
    throw new LookoutError('config', `cannot load the font of labels from ${path}; run npm ci`);
  }
  return family;
}
