import { existsSync } from 'node:fs';

/** Tests run against `dist`; say so instead of failing on the first import. */
export default function setup(): void {
  if (!existsSync('dist/main.js')) throw new Error('dist/main.js is missing: run `npm run build` before vitest');
}
