import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Annotation } from '#core/annotation.js';
import { start } from '../../support/lookout.js';
import { temporaryFolder } from '../../support/video.js';

const folder = temporaryFolder();

function render(...args: string[]): string {
  const command = ['scripts/lookout.mjs', 'dataset', 'render', '--out', folder, ...args];
  return execFileSync(process.execPath, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('lookout dataset render --seconds', () => {
  it('writes a clip, and its boxes and tracks in two forms that agree', { timeout: 120_000 }, () => {
    expect(render('--seconds', '1', '--fps', '4', '--size', '320x180', '--seed', '3')).toContain('4 frames: ');
    expect(readdirSync(folder).sort()).toEqual(['street.jsonl', 'street.mot.txt', 'street.mp4']);
    const probe = [
      '-v',
      'error',
      '-count_packets',
      '-show_entries',
      'stream=width,height,nb_read_packets',
      '-of',
      'csv=p=0',
    ];
    expect(execFileSync('ffprobe', [...probe, join(folder, 'street.mp4')], { encoding: 'utf8' }).trim()).toBe(
      '320,180,4',
    );
    const lines = readFileSync(join(folder, 'street.jsonl'), 'utf8').trim().split('\n');
    const frames = lines.map((line) => JSON.parse(line) as { seq: number; pts: number; annotations: Annotation[] });
    expect(frames.map(({ seq, pts }) => [seq, pts])).toEqual([0, 1, 2, 3].map((seq) => [seq, seq / 4]));
    const boxes = frames.flatMap(({ seq, annotations }) =>
      annotations
        .filter(({ trackId }) => trackId !== undefined)
        .map(({ trackId, box: [x1, y1, x2, y2] }) => [seq + 1, trackId, x1, y1, x2 - x1, y2 - y1].join(',')),
    );
    expect(boxes.length).toBeGreaterThan(3);
    const rows = readFileSync(join(folder, 'street.mot.txt'), 'utf8').trim().split('\n');
    expect(rows.map((row) => row.split(',').slice(0, 6).join(','))).toEqual(boxes);
  });

  it('stopped by Ctrl-C, says no word, leaves no file and no child', { timeout: 60_000 }, async () => {
    const out = join(folder, 'stopped');
    const args = ['dataset', 'render', '--out', out, '--seconds', '600', '--size', '320x180'];
    const { child, ended } = start(args);
    while (!existsSync(out) || readdirSync(out).length === 0) await pause(50);
    await pause(1000); // frames flow
    child.kill('SIGINT');
    const { code, stderr } = await ended; // its pipes are closed: ffmpeg, which would hold them, is gone
    expect([code, stderr, readdirSync(out)]).toEqual([130, '', []]);
  });

  it.each([
    ['a number of pictures beside it', ['--pictures', '3'], '--seconds and --pictures'],
    ['faces', ['--kind', 'faces'], 'clips are of streets'],
    ['an odd width', ['--size', '321x180'], 'even width'],
  ])('refuses %s', (_, args, message) => {
    expect(() => render('--seconds', '1', ...args)).toThrow(message);
  });
});
