import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Capacity } from '#core/capacity.js';
import type { ServerMessage } from '#core/message.js';
import { STAGES } from '#core/telemetry.js';
import { writeBrightModel } from '../support/bright-model.js';
import { type Running, start } from '../support/lookout.js';
import { makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const model = writeBrightModel(join(folder, 'bright'));
const common = ['--model', model, '--device', 'cpu', '--workers', '1', '--threads', '1', '--port', '0', '--json'];
let running: Running | undefined;

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended;
});

interface About {
  readonly model: string;
  readonly capacity?: Capacity;
}

/** Starts `lookout watch` and waits for its address. */
function watch(...args: string[]): Promise<string> {
  return watchWith(args, common);
}

async function watchWith(args: readonly string[], more: readonly string[]): Promise<string> {
  running = start(['watch', ...args, ...more], { XDG_CACHE_HOME: folder });
  let text = '';
  while (!text.includes('"listening"')) text += String((await once(running.child.stdout!, 'data'))[0]);
  return (JSON.parse(text.split('\n').find((line) => line.includes('"listening"'))!) as { url: string }).url;
}

/** Connects, subscribes to all and collects until the condition holds, which is asked at each message. */
function listen(url: string, enough: (messages: readonly ServerMessage[]) => boolean): Promise<ServerMessage[]> {
  const socket = new WebSocket(new URL('/api/v1/ws', url.replace(/^http/, 'ws')));
  const messages: ServerMessage[] = [];
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', cameras: ['*'] })));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      messages.push(JSON.parse(String(data)) as ServerMessage);
      if (!enough(messages)) return;
      socket.terminate();
      resolve(messages);
    });
  });
}

/** Ids of the children of a process by their parent's id. */
function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}

describe('lookout watch', () => {
  it('serves a file as a camera, and ends at SIGTERM leaving no child', async () => {
    const file = await makeVideo(join(folder, 'street.mp4'), { frames: 25, size: '192x96' });
    const url = await watch(`street=${file}`, '--conf', '0.5');
    const messages = await listen(url, (all) => all.filter(({ type }) => type === 'observation').length >= 3);
    expect(messages[0]).toMatchObject({ type: 'hello', cameras: [{ camera: 'street', source: file }] });
    const seen = messages.find(({ type }) => type === 'observation');
    expect(seen).toMatchObject({ camera: 'street', epoch: 1, frame: { width: 192, height: 96 } });
    const metrics = await (await fetch(new URL('/metrics', url))).text();
    expect(metrics).toMatch(/lookout_frames_total\{camera="street",outcome="analysed"\} [1-9]/);
    const pictures = await fetch(new URL('/api/v1/cameras/street/latest.jpg?boxes=1', url));
    expect(pictures.headers.get('content-type')).toBe('image/jpeg');
    const children = childrenOf(running!.child.pid!);
    expect(children.length).toBeGreaterThan(0);
    running!.child.kill('SIGTERM');
    const { code } = await running!.ended;
    expect(code).toBe(0);
    expect(children.filter((pid) => isAlive(Number(pid)))).toEqual([]);
  });

  it('publishes figures that move when what they are about really happens', async () => {
    const file = await makeVideo(join(folder, 'alley.mp4'), { frames: 25, size: '192x96' });
    const url = await watch(`alley=${file}`, 'gone=rtsp://127.0.0.1:9/nothing', '--fps', '10');
    const stages = STAGES.map((stage) => `lookout_stage_seconds_count{camera="alley",stage="${stage}"}`);
    const wanted = [
      ...stages,
      'lookout_end_to_end_seconds_count{camera="alley"}',
      'lookout_batch_size_count',
      'lookout_frames_total{camera="alley",outcome="analysed"}',
      'lookout_frames_total{camera="alley",outcome="skipped"}',
      'lookout_reconnects_total{camera="gone",cause="refused"}',
      'lookout_camera_state{camera="alley",state="live"}',
      'lookout_camera_state{camera="gone",state="reconnecting"}',
    ];
    const moved = new Set<string>();
    while (!wanted.every((name) => moved.has(name))) {
      const text = await (await fetch(new URL('/metrics', url))).text();
      const lines = text.split('\n').map((line) => line.split(/ (?=[^ ]+$)/));
      for (const [name, value] of lines) if (Number(value) > 0) moved.add(name!);
    }
    expect([...moved].some((name) => /^lookout_model_info\{name="bright",sha256="\w+",device="cpu"/.test(name))).toBe(
      true,
    );
    running!.child.kill('SIGTERM');
    expect((await running!.ended).code).toBe(0);
  });

  it('reads its settings again at SIGHUP: viewers stay connected', async () => {
    const file = await makeVideo(join(folder, 'yard.mp4'), { frames: 25, size: '192x96' });
    const settings = join(folder, 'lookout.yaml');
    writeFileSync(settings, `cameras:\n  one: ${file}\n`);
    const url = await watch('--config', settings);
    const seen = await listen(url, (all) => {
      if (all.length === 1) {
        writeFileSync(settings, `cameras:\n  one: ${file}\n  two:\n    source: ${file}\n    fps: 5\n`);
        running!.child.kill('SIGHUP');
      }
      const newest = all.at(-1)!;
      return newest.type === 'observation' && newest.camera === 'two';
    });
    expect(seen.filter(({ type }) => type === 'hello')).toHaveLength(1);
  });

  it('goes over to another model and other live settings while viewers stay connected, and says what it carries', async () => {
    const file = await makeVideo(join(folder, 'gate.mp4'), { frames: 25, size: '192x96' });
    const settings = join(folder, 'model.yaml');
    const other = writeBrightModel(join(folder, 'other'), 'other');
    const write = (more: string) => writeFileSync(settings, `cameras:\n  gate: ${file}\n${more}`);
    write(`model: ${model}\n`);
    const url = await watchWith(['--config', settings], ['--device', 'cpu', '--port', '0', '--json']);
    const about = async () => (await (await fetch(new URL('/api/v1/about', url))).json()) as About;
    const steps = [`model: ${other}\n`, `model: ${other}\nlive:\n  tracker: none\n`, `model: ${folder}/missing\n`];
    const epochs = new Set<number>();
    const seen = await listen(url, (all) => {
      const newest = all.at(-1)!;
      if (newest.type !== 'observation' || newest.epoch === undefined || epochs.has(newest.epoch)) return false;
      epochs.add(newest.epoch);
      write(steps[epochs.size - 1]!);
      running!.child.kill('SIGHUP');
      return epochs.size === 3;
    });
    expect(seen.filter(({ type }) => type === 'hello')).toHaveLength(1);
    const { model: name, capacity } = await about();
    expect(name).toBe('other');
    expect(capacity!.frames_per_second).toBeGreaterThan(0);
    expect(capacity!.cameras.map(({ fps }) => fps)).toEqual([5, 10, 25]);
    const tracked = seen.filter((each) => each.type === 'observation' && each.detections.some((one) => one.track_id));
    expect(tracked.at(-1)).toMatchObject({ epoch: 2 });
    await said('settings are kept as they were');
    running!.child.kill('SIGTERM');
    expect((await running!.ended).code).toBe(0);
  });

  it('says that its port is taken before it loads anything, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    running = start(['watch', 'a=one.mp4', '--model', model, '--port', String(port)]);
    const { code, stdout, stderr } = await running.ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`port ${port} of 127.0.0.1 is taken: .* --port ${port + 1}`));
    other.close();
  });

  it('refuses a configuration with faults before anything starts', async () => {
    running = start(['watch', '--model', model, 'a=one.mp4', 'a=two.mp4']);
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('two cameras are called a')]);
  });
});

/** Waits until the program has written the words to its log. */
async function said(words: string): Promise<void> {
  let text = '';
  while (!text.includes(words)) text += String((await once(running!.child.stderr!, 'data'))[0]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
