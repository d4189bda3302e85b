import { describe, expect, it } from 'vitest';
import { parseVersion } from '#media/ffmpeg-version.js';
import { locate } from '#media/location.js';
import { sourceInput } from '#media/source-input.js';

const now = parseVersion('ffmpeg version 5.1.9 Copyright');
const old = parseVersion('ffmpeg version 4.4.2 Copyright');

describe('an address with credentials', () => {
  it('is read from the standard input, options and all', () => {
    const { options, input, script } = sourceInput(locate("rtsp://user:it's@cam/1"), now, { timeoutMs: 1000 });
    expect(input).toBe('pipe:0');
    expect(options.join(' ')).not.toContain('user');
    expect(script).toBe(
      "ffconcat version 1.0\nfile 'rtsp://user:it'\\''s@cam/1'\noption rtsp_transport tcp\noption timeout 1000000\n",
    );
  });

  it.each([
    ['a token in the query', 'rtsp://cam/1?token=abc', now, {}, true],
    ['over HTTP, where times may begin at zero', 'http://u:p@cam/1.m3u8', now, { fromZero: true }, true],
    ['over HTTP, where times must not be moved', 'http://u:p@cam/1.mp4', now, {}, false],
    ['an ffmpeg that cannot pass options on', 'rtsp://u:p@cam/1', old, {}, false],
    ['no secret', 'rtsp://cam/1', now, {}, false],
    ['a file with an @', 'clip@home.mp4', now, { fromZero: true }, false],
  ])('%s', (_, source, version, options, isHidden) => {
    const { input, script } = sourceInput(locate(source), version, options);
    expect([input === 'pipe:0', script !== undefined]).toEqual([isHidden, isHidden]);
  });

  it('cannot bring lines of its own into the script', () => {
    const location = locate('rtsp://u:p@cam/1\nfile /etc/passwd');
    expect(() => sourceInput(location, now)).toThrow(/line break/);
  });
});

describe('a source may open only its own kind', () => {
  it.each([
    ['clip.mp4', 'file,crypto,data'],
    ['rtsps://cam/1', 'rtsp,rtp,srtp,udp,tcp,tls'],
    ['https://cam/live.m3u8', 'http,https,httpproxy,tcp,tls,crypto,data'],
    ['srt://cam:9000', 'srt'],
    ['gopher://old/1', 'gopher'],
  ])('%s: %s', (source, protocols) => {
    const { options } = sourceInput(locate(source), now);
    expect(options.slice(0, 2)).toEqual(['-protocol_whitelist', protocols]);
  });

  it('a device is no protocol', () => {
    expect(sourceInput(locate('/dev/video0'), now)).toEqual({ options: [], input: '/dev/video0' });
  });
});
