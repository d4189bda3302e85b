import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type OpenVideoOptions, openVideo } from '#media/open-video.js';
import { childrenNamed } from '../support/processes.js';
import { makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const clip = join(folder, 'clip.ts');
const script = join(folder, 'ffmpeg');
const isOver = join(folder, 'over');

/** The real one, whose head of the packets (descriptor 3) gets lost; then what the test wants. */
function headless(then: string): void {
  const lines = ['#!/bin/sh', 'ffmpeg "$@" 3>/dev/null', 'case "$*" in *pipe:3*) ;; *) exit;; esac'];
  writeFileSync(script, [...lines, `echo > ${isOver}`, then].join('\n'));
  chmodSync(script, 0o755);
  rmSync(isOver, { force: true });
}

/** A camera of one picture. */
async function openCamera(options: Partial<OpenVideoOptions> = {}) {
  const server = createServer((socket) => void socket.on('error', () => undefined).end(readFileSync(clip)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const input = { width: 64, height: 64 };
  return openVideo(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    input,
    fit: 'letterbox',
    ...options,
  });
}

const children = () => [...childrenNamed('ffmpeg'), ...childrenNamed('tail')];

describe('a camera whose first picture comes, but not what the stream is', () => {
  beforeAll(async () => {
    await makeVideo(clip, { frames: 1 });
    process.env.FFMPEG_PATH = script;
  });
  afterAll(() => {
    delete process.env.FFMPEG_PATH;
  });

  it.each([
    ['since ffmpeg ended', '', { fault: 'decoder-died', message: expect.stringContaining('without a word of what') }],
    [
      'but something else',
      "printf '%0100d' 0 >&3; exec tail -f /dev/null",
      { fault: 'decoder-died', message: expect.stringContaining('before the headers') },
    ],
    [
      'as ffmpeg hangs',
      'exec tail -f /dev/null',
      { fault: 'stalled', message: expect.stringContaining('no word of what its stream is for 1 s') },
    ],
  ])('fails and leaves no child: %s', async (_, then, error) => {
    headless(then);
    await expect(openCamera({ stallTimeoutMs: 1000 })).rejects.toMatchObject(error);
    expect(children()).toEqual([]);
  });

  it('can be left', async () => {
    headless('exec tail -f /dev/null');
    const leaving = new AbortController();
    const opening = openCamera({ signal: leaving.signal });
    await vi.waitFor(() => expect(existsSync(isOver)).toBe(true), { timeout: 20_000 });
    leaving.abort(new Error('left'));
    await expect(opening).rejects.toThrow('left');
    expect(children()).toEqual([]);
  });
});
