import { describe, expect, it } from 'vitest';
import { jpegSize } from '#media/live/jpeg-size.js';
import { bright } from '../pipeline/live/bright.js';
import { observations, pieces, plan, untilStatus } from '../pipeline/live/support.js';
import { fakeFfmpeg } from '../support/fake-ffmpeg.js';
import { makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const ffmpeg = fakeFfmpeg(folder, ['h264']);
const live = bright(folder);

describe('a capture device', () => {
  it('is opened by Video4Linux; its raw pictures reach the analysis and the viewers', async () => {
    const cameras = live.open();
    cameras.configure([plan('gate', '/dev/video0')]);
    await untilStatus(cameras, 'gate', ({ state }) => state === 'live');
    await observations(cameras, 'gate', 3);
    expect(ffmpeg.commands()[0]).toMatch(/ -f v4l2 -i \/dev\/video0 /);
    expect(cameras.status('gate')).toMatchObject({ size: { width: 192, height: 96 }, video: { kind: 'jpeg' } });
    const [picture] = await pieces(cameras, 'gate', { count: 1, feed: 'picture' });
    expect(jpegSize(picture!.data)).toEqual({ width: 192, height: 96 });
  });
});

describe('hardware decoding', () => {
  const H265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-x265-params', 'log-level=none'];

  /** What a camera that asks for an interface reports, once pictures come. */
  async function decoder(file: string, hwaccel: string) {
    const cameras = live.open();
    cameras.configure([plan('gate', file, { hwaccel })]);
    await observations(cameras, 'gate', 2);
    return cameras.status('gate')!.decoder;
  }

  it('is used for what it was seen to decode, and reported', async () => {
    const file = await makeVideo(`${folder}/a.mp4`, { frames: 12 });
    expect(await decoder(file, 'vaapi')).toEqual({ asked: 'vaapi', ran: 'vaapi' });
    const [command] = ffmpeg.commands().slice(-1);
    expect(command).toMatch(/-hwaccel vaapi .*-i file:.*pipe:3/);
  });

  it.each([
    ['a codec that it does not decode', 'vaapi', 'mp4', H265, /^vaapi was not seen to decode hevc$/],
    [
      'a driver that is not there',
      'cuda',
      'mp4',
      undefined,
      /^cuda does not decode h264: .+; cuda does not decode hevc: /,
    ],
    ['an interface that this ffmpeg has not', 'warp', 'mp4', undefined, /^this ffmpeg has no warp, only .*vaapi/],
  ] as const)('falls back to the CPU and says why: %s', async (name, asked, kind, codec, reason) => {
    const file = await makeVideo(`${folder}/${name.length}.${kind}`, { frames: 12, ...(codec && { codec }) });
    expect(await decoder(file, asked)).toEqual({ asked, ran: 'cpu', reason: expect.stringMatching(reason) });
  });

  it('auto takes the first that works', async () => {
    const file = await makeVideo(`${folder}/auto.mp4`, { frames: 12 });
    expect(await decoder(file, 'auto')).toEqual({ asked: 'auto', ran: 'vaapi' });
  });
});
