#!/usr/bin/env node
// The `lookout` command: the compiled program, or one line that says how to get it.
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error('lookout is not built yet: run `npm start` once in its folder (it sets everything up).');
  process.exitCode = 2;
}
