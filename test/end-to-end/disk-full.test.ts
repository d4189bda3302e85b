import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeBrightModel } from '../support/bright-model.js';
import { lookout } from '../support/lookout.js';
import { makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const disk = join(folder, 'disk');
const isMounted = mounts();

/** A file system of 64 KiB, where this user may mount one. */
function mounts(): boolean {
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

afterAll(() => {
  if (isMounted) execFileSync('umount', [disk]);
});

describe('a full disk', () => {
  it.skipIf(!isMounted)('is named in one line, and --resume ends what was begun as if nothing had been', async () => {
    const model = writeBrightModel(join(folder, 'bright'));
    const clip = await makeVideo(join(folder, 'clip.mp4'), { size: '128x128', frames: 120, fps: 30 });
    const run = (out: string, ...more: string[]) =>
      lookout(['detect', clip, '--model', model, '--device', 'cpu', '--conf', '0.01', '--out', out, ...more]);
    const whole = join(folder, 'whole');
    await run(whole);
    const out = join(disk, 'out');
    const { code, stderr } = await run(out);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^lookout: cannot write .*: the disk is full; free some space and run .* --resume\n$/);
    expect(existsSync(join(out, 'clip.mp4.jsonl'))).toBe(false);
    execFileSync('mount', ['-o', 'remount,size=64M', disk]);
    expect((await run(out, '--resume')).code).toBe(0);
    for (const name of ['clip.mp4.jsonl', 'manifest.json']) {
      expect(readFileSync(join(out, name), 'utf8')).toBe(readFileSync(join(whole, name), 'utf8'));
    }
  });
});
