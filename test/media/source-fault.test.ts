import { describe, expect, it } from 'vitest';
import { exitFault } from '#media/exit-fault.js';
import { parseVersion, passThrough } from '#media/ffmpeg-version.js';
import { locate } from '#media/location.js';
import { networkOptions } from '#media/network.js';
import type { VideoFacts } from '#media/probe.js';
import { sourceFault } from '#media/source-fault.js';

describe('what ffmpeg says of a source', () => {
  const camera = 'rtsp://cam/1';
  it.each([
    [camera, `${camera}: Connection refused`, 'refused'],
    [camera, 'method DESCRIBE failed: 401 Unauthorized', 'auth'],
    [camera, 'Server returned 403 Forbidden (access denied)', 'auth'],
    [camera, 'method DESCRIBE failed: 404 Not Found', 'not-found'],
    [camera, `${camera}: Connection timed out`, 'timeout'],
    [camera, 'Failed to resolve hostname cam: Name or service not known', 'unreachable'],
    [camera, `${camera}: No route to host`, 'unreachable'],
    [camera, 'Connection reset by peer', 'ended'],
    ['http://host/a.mp4', '[http @ 0x5] Stream ends prematurely at 48, should be 196\nInput/output error', 'ended'],
    ['a.mp4', 'moov atom not found\na.mp4: Invalid data found when processing input', 'truncated'],
    ['a.mp4', 'stream 0, offset 0x30: partial file', 'truncated'],
    ['a.mkv', 'File ended prematurely at pos. 77', 'truncated'],
    ['a.mp4', 'a.mp4: Permission denied', 'permission'],
    ['a.mp4', 'Decoder (codec av1) not found for input stream #0:0', 'codec'],
    ['a.wav', "Stream map '0:v' matches no streams.", 'not-video'],
    ['a.txt', 'a.txt: Invalid data found when processing input', 'not-video'],
    ['a.mp4', 'something new', 'unknown'],
    ['a.mp4', '', 'unknown'],
    ['clips/401 timed out/a.mp4', 'clips/401 timed out/a.mp4: Invalid data found', 'not-video'],
    ['a.mp4', 'Connection refused', 'unknown'],
  ])('%s, "%s": %s', (source, stderr, fault) => {
    const error = sourceFault(source, stderr);
    expect(error).toMatchObject({ kind: 'source', fault });
    expect(error.message.startsWith(`${source}: `)).toBe(true);
  });
});

describe('the end of a decoder', () => {
  const facts = { location: locate('a.mp4'), frames: 9 } as VideoFacts;
  const good = { facts, exit: { code: 0, signal: null, stderr: '' }, frames: 9, whole: true, resuming: false };
  it.each([
    ['is good', {}, undefined],
    [
      'is good although data was damaged',
      { exit: { code: 0, signal: null, stderr: 'Invalid NAL unit size' } },
      undefined,
    ],
    ['by a signal', { exit: { code: null, signal: 'SIGSEGV' as const, stderr: '' } }, 'decoder-died'],
    ['with a code', { exit: { code: 1, signal: null, stderr: 'boom' } }, 'decoder-died'],
    ['inside a frame', { whole: false }, 'decoder-died'],
    ['of a truncated file', { exit: { code: 0, signal: null, stderr: 'a: partial file' } }, 'truncated'],
    ['without a frame', { frames: 0 }, 'no-frames'],
    [
      'without a frame, damaged',
      { frames: 0, exit: { code: 0, signal: null, stderr: 'Invalid data found' } },
      'not-video',
    ],
    ['without the frame to resume at', { frames: 0, resuming: true }, 'no-frames'],
  ])('%s', (_, ending, fault) => expect(exitFault({ ...good, ...ending })?.fault).toBe(fault));
});

describe('options that differ between releases', () => {
  it.each([
    ['ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright', 4, 4, '-vsync', 'stimeout'],
    ['ffmpeg version 5.0.1 Copyright', 5, 0, '-vsync', 'timeout'],
    ['ffmpeg version 5.1.9-0+deb12u1 Copyright', 5, 1, '-fps_mode', 'timeout'],
    ['ffmpeg version n7.1 Copyright', 7, 1, '-fps_mode', 'timeout'],
    ['ffmpeg version N-118000-gabcdef Copyright', 99, 0, '-fps_mode', 'timeout'],
  ])('%s', (line, major, minor, mode, timeout) => {
    const version = parseVersion(line);
    expect(version).toMatchObject({ major, minor });
    expect(passThrough(version)[0]).toBe(mode);
    expect(networkOptions(locate('rtsp://cam/1'), version)).toEqual({ rtsp_transport: 'tcp', [timeout]: '10000000' });
  });
});
