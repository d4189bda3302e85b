import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Detection } from '#core/detection.js';
import { iou } from '#vision/iou.js';
import { lookout } from '../support/lookout.js';
import { temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();

/** What a bundled model finds in some frames of the demo street, by frame. */
async function found(model: string, ...more: string[]): Promise<Detection[][]> {
  const out = join(folder, [model, ...more].join(' '));
  const args = ['detect', 'demo/street.mp4', '--end', '2', '--every', '5', '--out', out, '--model', model, ...more];
  const { code, stderr } = await lookout([...args, '--device', 'cpu', '--workers', '1', '--threads', '1', '--quiet'], {
    XDG_CACHE_HOME: folder,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const results = readdirSync(out).find((file) => file.endsWith('.jsonl'))!;
  const lines = readFileSync(join(out, results), 'utf8').trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { detections: Detection[] }).detections);
}

/** Share of the clear finds of one that the other has as well. */
function shared(ones: readonly Detection[][], others: readonly Detection[][]): number {
  const clear = ones.flatMap((frame, n) => frame.filter(({ score }) => score >= 0.8).map((one) => ({ one, n })));
  expect(clear.length).toBeGreaterThan(20);
  const there = clear.filter(({ one, n }) =>
    others[n]!.some((other) => other.label === one.label && iou(other.box, one.box) > 0.6),
  );
  return there.length / clear.length;
}

describe('the bundled models', () => {
  it('find the same in 8 bits and in another size', async () => {
    const street = await found('street');
    expect(shared(street, await found('street-int8', '--conf', '0.3'))).toBeGreaterThan(0.9);
    expect(shared(street, await found('street', '--imgsz', '416x256', '--conf', '0.3'))).toBeGreaterThan(0.8);
  });
});
