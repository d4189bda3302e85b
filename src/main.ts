#!/usr/bin/env node
import { keepHeapSteady } from '#commands/steady-heap.js';

keepHeapSteady(); // before anything else is loaded: what has grown does not shrink
const { createProgram } = await import('#commands/program.js');
const { runProgram } = await import('#commands/run.js');

await runProgram(createProgram(), process.argv.slice(2));
