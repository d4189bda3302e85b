import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { writeBrightModel } from '../support/bright-model.js';
import { type Running, start } from '../support/lookout.js';
import { makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const MOST_MS = 5000;
let running: Running | undefined;

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended;
});

/** Living descendants of a process, with the name of their program. */
function descendants(pid: number): { readonly pid: number; readonly name: string }[] {
  const text = (path: string) => readFileSync(path, 'utf8').trim();
  const children = text(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [{ pid: child, name: text(`/proc/${child}/comm`) }, ...descendants(child)]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('lookout watch ends within 5 s of SIGTERM, leaving no child', () => {
  it('while a camera does not answer, an ffmpeg stands still, and clients hang', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const mute = `mute=rtsp://127.0.0.1:${(silent.address() as AddressInfo).port}/cam`;
    const file = await makeVideo(join(folder, 'street.mp4'), { frames: 25, size: '192x96' });
    const model = writeBrightModel(join(folder, 'bright'));
    const engine = ['--model', model, '--device', 'cpu', '--workers', '1', '--threads', '1'];
    running = start(['watch', `street=${file}`, mute, ...engine, '--port', '0', '--json'], { XDG_CACHE_HOME: folder });
    const { child, ended } = running;
    let text = '';
    while (!text.includes('"listening"')) text += String((await once(child.stdout!, 'data'))[0]);
    const { url } = JSON.parse(text.split('\n').find((line) => line.includes('"listening"'))!) as { url: string };
    const hanging = connect(Number(new URL(url).port), '127.0.0.1');
    hanging.on('error', () => {});
    hanging.write('GET /healthz HTTP/1.1\r\n');
    const deaf = new WebSocket(new URL('/api/v1/ws', url.replace(/^http/, 'ws')));
    deaf.on('error', () => {});
    await once(deaf, 'open');
    deaf.send(JSON.stringify({ type: 'subscribe', cameras: ['*'], video: 'fmp4' }));
    await once(deaf, 'message');
    deaf.pause();
    const left = () => descendants(child.pid!).filter(({ name }) => name === 'ffmpeg');
    while (left().length < 2) await once(child.stderr!, 'data');
    const children = descendants(child.pid!);
    for (const { pid } of left()) process.kill(pid, 'SIGSTOP');
    const asked = performance.now();
    child.kill('SIGTERM');
    const { code } = await ended;
    const tookMs = performance.now() - asked;
    console.log(`SIGTERM to the end: ${(tookMs / 1000).toFixed(2)} s`);
    expect(tookMs).toBeLessThan(MOST_MS);
    expect(code).toBe(0);
    expect(children.filter(({ pid }) => isAlive(pid))).toEqual([]);
    deaf.terminate();
    hanging.destroy();
    silent.close();
  });
});
