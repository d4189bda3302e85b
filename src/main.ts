#!/usr/bin/env node
import { createProgram } from '#commands/program.js';
import { runProgram } from '#commands/run.js';

await runProgram(createProgram(), process.argv.slice(2));
