import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkSource, judgeSource, SOURCE_POLICY } from '#server/source-policy.js';

const policy = { ...SOURCE_POLICY, networks: ['192.168.1.0/24', 'fd12::/16'] };
const PUBLIC = ['93.184.216.34'];

describe('a URL from the page', () => {
  it.each([
    ['a public camera', 'rtsp://user:pw@cam.example/1', PUBLIC, true],
    ['a public stream', 'https://cam.example/live.m3u8', PUBLIC, true],
    ['a camera in an open network', 'rtsp://192.168.1.20/1', ['192.168.1.20'], true],
    ['a camera in an open IPv6 network', 'rtsp://[fd12::5]/1', ['fd12::5'], true],
    ['a camera in another private network', 'rtsp://192.168.2.20/1', ['192.168.2.20'], false],
    ['this machine', 'http://localhost:8080/', ['127.0.0.1'], false],
    ['this machine by IPv6', 'http://[::1]/', ['::1'], false],
    ['this machine, mapped', 'http://[::ffff:127.0.0.1]/', ['::ffff:7f00:1'], false],
    ['this machine, compatible', 'http://[::127.0.0.1]/', ['::7f00:1'], false],
    ['this machine as one number', 'rtsp://2130706433/', ['127.0.0.1'], false],
    ['every address', 'http://0.0.0.0/', ['0.0.0.0'], false],
    ['the metadata service of a cloud', 'http://169.254.169.254/latest', ['169.254.169.254'], false],
    ['link-local IPv6', 'rtsp://[fe80::1]/', ['fe80::1'], false],
    ['carrier-grade NAT', 'rtsp://100.64.0.1/', ['100.64.0.1'], false],
    ['NAT64', 'rtsp://[64:ff9b::7f00:1]/', ['64:ff9b::7f00:1'], false],
    ['multicast', 'rtsp://239.1.1.1/', ['239.1.1.1'], false],
    ['a public name for a private address', 'rtsp://intern.example/', ['10.0.0.1'], false],
    ['a name with one public and one private address', 'rtsp://both.example/', [...PUBLIC, '10.0.0.1'], false],
    ['an unknown name', 'rtsp://nowhere.example/', [], false],
    ['a file', 'file:///etc/passwd', [], false],
    ['a file without slashes', 'file:/etc/passwd', [], false],
    ['ffmpeg: concat', 'concat:/etc/passwd|/etc/hosts', [], false],
    ['ffmpeg: subfile', 'subfile,,start,0,end,9,,:/etc/passwd', [], false],
    ['ffmpeg: pipe', 'pipe:0', [], false],
    ['ffmpeg: tcp', 'tcp://93.184.216.34:22', PUBLIC, false],
    ['ffmpeg: gopher', 'gopher://93.184.216.34/', PUBLIC, false],
    ['data', 'data:video/mp4;base64,AAAA', [], false],
    ['two @', 'rtsp://a@good.example@127.0.0.1/', PUBLIC, false],
    ['a backslash', 'rtsp://good.example\\@127.0.0.1/', PUBLIC, false],
    ['a percent sign in the host', 'rtsp://127.0.0.1%2f@x.example%00/', PUBLIC, false],
    ['a blank', 'rtsp://good.example/ -i /etc/passwd', PUBLIC, false],
    ['no host', 'rtsp:///1', PUBLIC, false],
    ['nonsense', 'http://[::1', PUBLIC, false],
    ['a line break', 'rtsp://good.example/\nx', PUBLIC, false],
    ['nothing', '', PUBLIC, false],
    ['far too much', `rtsp://good.example/${'x'.repeat(2000)}`, PUBLIC, false],
  ])('%s', (_, source, addresses, allowed) => {
    const verdict = judgeSource(source, policy, { addresses });
    expect(verdict.allowed).toBe(allowed);
    if (verdict.allowed) expect(verdict.source).toBe(source);
  });

  it('is looked up before it is judged', async () => {
    expect(await checkSource('rtsp://localhost/1', SOURCE_POLICY)).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('private network'),
    });
    expect(await checkSource('rtsp://2130706433/1', SOURCE_POLICY)).toMatchObject({ allowed: false });
    const open = { ...SOURCE_POLICY, networks: ['127.0.0.0/8', '::1'] };
    expect(await checkSource('rtsp://127.0.0.1:8554/1', open)).toEqual({
      allowed: true,
      source: 'rtsp://127.0.0.1:8554/1',
    });
  });
});

describe('a file from the page', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'lookout-sources-')));
  const open = join(root, 'open');
  mkdirSync(join(open, 'sub'), { recursive: true });
  mkdirSync(join(root, 'open-too'));
  for (const name of [
    'open/a.mp4',
    'open/sub/B.MKV',
    'open/list.m3u8',
    'secret.mp4',
    'open-too/c.mp4',
    'open/concat:x.mp4',
  ]) {
    writeFileSync(join(root, name), 'x');
  }
  symlinkSync(join(root, 'secret.mp4'), join(open, 'link.mp4'));
  symlinkSync(root, join(open, 'up'));
  symlinkSync(join(open, 'a.mp4'), join(root, 'in.mp4'));
  afterAll(() => rmSync(root, { recursive: true }));
  const files = { ...SOURCE_POLICY, directories: [open] };

  it.each([
    ['a file in the directory', join(open, 'a.mp4'), join(open, 'a.mp4')],
    ['a relative path', 'sub/B.MKV', join(open, 'sub/B.MKV')],
    ['a link from outside to inside', join(root, 'in.mp4'), join(open, 'a.mp4')],
    ['a detour', join(open, 'sub/../a.mp4'), join(open, 'a.mp4')],
    ['a way out', join(open, '../secret.mp4'), undefined],
    ['a relative way out', '../secret.mp4', undefined],
    ['a link to outside', join(open, 'link.mp4'), undefined],
    ['a way through a linked folder', join(open, 'up/secret.mp4'), undefined],
    ['a neighbour whose name begins alike', join(root, 'open-too/c.mp4'), undefined],
    ['a file that is not there', join(open, 'no.mp4'), undefined],
    ['the directory itself', open, undefined],
    ['a playlist', join(open, 'list.m3u8'), undefined],
    ['a system file', '/etc/passwd', undefined],
    ['a device', '/dev/video0', undefined],
    ['a null byte', `${join(open, 'a.mp4')}\u0000.mp4`, undefined],
    ['a name that ffmpeg would take for a protocol', 'concat:x.mp4', undefined],
  ])('%s', async (_, source, real) => {
    const verdict = await checkSource(source, files);
    expect(verdict.allowed ? verdict.source : undefined).toBe(real);
  });

  it('is refused alike, whether it exists or not', async () => {
    const [there, not] = await Promise.all([
      checkSource(join(root, 'secret.mp4'), files),
      checkSource(join(root, 'none.mp4'), files),
    ]);
    expect(there).toEqual(not);
  });

  it('is refused where no directory is open', async () => {
    expect(await checkSource(join(open, 'a.mp4'), SOURCE_POLICY)).toMatchObject({ allowed: false });
  });
});
