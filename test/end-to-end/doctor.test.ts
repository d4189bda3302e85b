import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeBrightModel } from '../support/bright-model.js';
import { lookout } from '../support/lookout.js';
import { makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();

interface Check {
  readonly name: string;
  readonly verdict: string;
  readonly words: string;
  readonly fix?: string;
}

function checksIn(stdout: string): Map<string, Check> {
  const checks = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Check);
  return new Map(checks.map((check) => [check.name, check]));
}

describe('lookout doctor', () => {
  it('finds nothing wrong where nothing is, and says how many cameras the machine carries', async () => {
    const model = writeBrightModel(join(folder, 'bright'));
    const clip = await makeVideo(join(folder, 'clip.mp4'));
    const options = ['--model', model, '--device', 'cpu', '--workers', '1', '--threads', '1', '--port', '0'];
    const { code, stdout } = await lookout(['doctor', `yard=${clip}`, ...options, '--json'], {
      XDG_CACHE_HOME: folder,
    });
    const checks = checksIn(stdout);
    expect([...checks.values()].filter(({ verdict }) => verdict === 'bad')).toEqual([]);
    expect(checks.get('camera yard')!.words).toBe('h264, 160x96, 25 frames per second');
    expect(checks.get('model')!.words).toContain('runs on cpu');
    expect(checks.get('capacity')!.words).toMatch(/^\d+ frames per second .* cameras \d+ at 5, \d+ at 10, \d+ at 25/);
    expect(code).toBe(0);
  });

  it('names what is wrong, each with a fix, and never a password', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const source = 'gate=rtsp://user:hunter2@127.0.0.1:9/cam';
    const { code, stdout } = await lookout(['doctor', source, '--port', String(port), '--model', 'none', '--json']);
    taken.close();
    const bad = [...checksIn(stdout).values()].filter(({ verdict }) => verdict === 'bad');
    expect(bad.map(({ name }) => name)).toEqual(['port', 'camera gate', 'model']);
    for (const { fix } of bad) expect(fix).toMatch(/./);
    expect(stdout).not.toContain('hunter2');
    expect(code).toBe(1);
  });
});

describe('lookout probe', () => {
  it('says what a source offers', async () => {
    const clip = await makeVideo(join(folder, 'probed.mp4'), { size: '192x96', audio: true });
    const { code, stdout } = await lookout(['probe', clip]);
    expect(stdout).toMatch(/^size +192x96$/m);
    expect(stdout).toMatch(/^fps +25$/m);
    expect(stdout).toMatch(/^viewers +the untouched stream$/m);
    expect(code).toBe(0);
  });
});
