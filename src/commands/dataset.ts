import type { Command } from 'commander';
import { registerDatasetCheck } from './dataset-check.js';
import { registerDatasetConvert } from './dataset-convert.js';
import { registerDatasetPreview } from './dataset-preview.js';
import { registerDatasetRender } from './dataset-render.js';

/** `lookout dataset ...`: look at labelled pictures before they are trained on. */
export function registerDataset(program: Command): void {
  const dataset = program.command('dataset').description('check, convert, preview and render labelled pictures');
  registerDatasetCheck(dataset);
  registerDatasetConvert(dataset);
  registerDatasetPreview(dataset);
  registerDatasetRender(dataset);
}
