import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { probe } from '#media/probe.js';
import { writeBrightModel } from '../support/bright-model.js';
import { start } from '../support/lookout.js';
import { FaultyNetwork } from '../support/proxy.js';
import { hasRtspServer, type RtspServer, rtspServer, testPicture } from '../support/rtsp-server.js';
import { frameTimes, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const model = join(folder, 'bright');
let server: RtspServer;

describe.skipIf(!hasRtspServer)('lookout detect of a camera', () => {
  beforeAll(async () => {
    writeBrightModel(model);
    // Each connection gets a stream of its own: a second one would show other times.
    server = await rtspServer({ '/cam': { launch: testPicture(), shared: false, user: 'user', password: 'secret' } });
  });
  afterAll(() => server.stop());

  const detect = (out: string, ...more: string[]) => detectAt(server.url('/cam', 'user:secret'), out, ...more);
  const detectAt = (url: string, out: string, ...more: string[]) =>
    start(
      ['detect', url, '--annotate', '--json', '--model', model, '--device', 'cpu'].concat(
        ['--workers', '1', '--threads', '1', '--out', join(folder, out)],
        more,
      ),
    );

  async function expectDrawn(out: string): Promise<void> {
    const files = readdirSync(join(folder, out)).sort();
    expect(files).toEqual([
      expect.stringMatching(/\.annotated\.mp4$/),
      expect.stringMatching(/\.jsonl$/),
      'manifest.json',
    ]);
    const [copy, results] = files.map((file) => join(folder, out, file)) as [string, string, string];
    const lines = readFileSync(results, 'utf8').trim().split('\n');
    const times = lines.map((line) => JSON.parse(line).pts as number);
    expect(times.length).toBeGreaterThan(20);
    expect(lines.join()).not.toContain('secret');
    const drawn = frameTimes(copy).map((time) => time!);
    const { containerStart } = await probe(copy);
    expect(containerStart).toBeLessThan(0.1);
    // The stream is kept from its first packet on: every analysed frame is drawn at its own time.
    const near = (time: number) => drawn.some((other) => Math.abs(other - (time - times[0]!)) < 1e-3);
    expect(
      times.filter((time) => !near(time)),
      `${times} in ${drawn}`,
    ).toEqual([]);
  }

  it('at Ctrl-C keeps what came, whole, and draws it from the one connection', async () => {
    const { child, ended } = detect('stopped');
    let stopped = false;
    child.stdout!.on('data', (data) => {
      const frames = /"progress".*"frames":(\d+)/.exec(String(data))?.[1];
      if (stopped || !(Number(frames) > 40)) return;
      stopped = child.kill('SIGINT');
    });
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('"done"');
    await expectDrawn('stopped');
  });

  it('ends by itself at --end, of the one connection that it opened', async () => {
    const network = await FaultyNetwork.open(server.port);
    onTestFinished(() => network.close());
    const url = `rtsp://user:secret@127.0.0.1:${network.port}/cam`;
    const { code, stderr } = await detectAt(url, 'range', '--end', '2').ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(network.connections).toBe(1);
    await expectDrawn('range');
  });

  it('takes what lies between --start and --end, at --fps', async () => {
    const { code, stderr } = await detect('part', '--start', '1', '--end', '3', '--fps', '5').ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const name = readdirSync(join(folder, 'part')).find((file) => file.endsWith('.jsonl'))!;
    const lines = readFileSync(join(folder, 'part', name), 'utf8')
      .trim()
      .split('\n');
    const observations = lines.map((line) => JSON.parse(line));
    expect(observations.map(({ seq }) => seq)).toEqual([...observations.keys()]);
    const times: number[] = observations.map(({ pts }) => pts);
    expect(times.length).toBeGreaterThanOrEqual(9);
    expect(times.length).toBeLessThanOrEqual(11);
    expect(times.at(-1)! - times[0]!).toBeLessThan(2);
  });

  it('that never answers is left at once at Ctrl-C', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { child, ended } = detectAt(`rtsp://127.0.0.1:${(silent.address() as AddressInfo).port}/cam`, 'silent');
    await once(silent, 'connection');
    const asked = performance.now();
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(performance.now() - asked).toBeLessThan(8000); // ffmpeg itself waits for 10 s
  });

  it('killed, keeps with --resume what had come', async () => {
    const { child, ended } = detect('killed');
    child.stdout!.on('data', (data) => {
      if (Number(/"progress".*"frames":(\d+)/.exec(String(data))?.[1]) > 60) child.kill('SIGKILL');
    });
    expect((await ended).signal).toBe('SIGKILL');
    const { code, stdout, stderr } = await detect('killed', '--resume').ended;
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    await expectDrawn('killed');
  });
});
