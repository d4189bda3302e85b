import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeBrightModel } from '../support/bright-model.js';
import { film, jpeg } from '../support/http-cameras.js';
import { start } from '../support/lookout.js';
import { oneClientServer } from '../support/one-client.js';
import { frameTimes, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const model = join(folder, 'bright');

beforeAll(() => writeBrightModel(model));

describe('lookout detect of a camera over HTTP that serves one client', () => {
  const camera = () => {
    const pictures = [jpeg(0), jpeg(1)];
    return oneClientServer((request, response) => film(request, response, pictures));
  };
  const detect = (url: string, out: string, ...more: string[]) =>
    start(
      ['detect', url, '--annotate', '--json', '--model', model, '--device', 'cpu'].concat(
        ['--workers', '1', '--threads', '1', '--out', join(folder, out)],
        more,
      ),
    );

  function expectDrawn(out: string): void {
    const files = readdirSync(join(folder, out)).sort();
    expect(files.length).toBe(3);
    const [copy, results] = files.map((file) => join(folder, out, file)) as [string, string];
    const lines = readFileSync(results, 'utf8').trim().split('\n');
    const times = lines.map((line) => JSON.parse(line).pts as number);
    expect(times.length).toBeGreaterThan(10);
    const drawn = frameTimes(copy).map((time) => time!);
    const near = (time: number) => drawn.some((other) => Math.abs(other - (time - times[0]!)) < 1e-3);
    expect(
      times.filter((time) => !near(time)),
      `${times} in ${drawn}`,
    ).toEqual([]);
  }

  it('ends at --end, and draws what came over the one connection', async () => {
    const server = await camera();
    const { code, stdout, stderr } = await detect(server.url('/cam', 'user:secret'), 'range', '--end', '2').ended;
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect([server.connections, server.refused]).toEqual([1, 0]);
    expectDrawn('range');
  });

  it('killed, keeps with --resume what had come, and asks for no more', async () => {
    const server = await camera();
    const { child, ended } = detect(server.url('/cam'), 'killed');
    child.stdout!.on('data', (data) => {
      if (Number(/"progress".*"frames":(\d+)/.exec(String(data))?.[1]) > 30) child.kill('SIGKILL');
    });
    expect((await ended).signal).toBe('SIGKILL');
    const { code, stdout, stderr } = await detect(server.url('/cam'), 'killed', '--resume').ended;
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(server.connections).toBe(1);
    expectDrawn('killed');
  });
});
