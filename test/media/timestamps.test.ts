import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openVideo } from '#media/open-video.js';
import { ffmpegRun, frameTimes, makeVideo, readCounter, temporaryFolder, type VideoRecipe } from '../support/video.js';

const folder = temporaryFolder();
const input = { width: 192, height: 192 };

/** Uneven steps of 1, 2 and 3 ticks of the rate. */
const UNEVEN = "settb=1/1000,setpts='(N+floor(N/3)+2*floor(N/7))*40'";

const cases: readonly [name: string, file: string, recipe: VideoRecipe][] = [
  ['a constant rate', 'cfr.mp4', {}],
  ['NTSC', 'ntsc.mp4', { fps: '30000/1001' }],
  [
    'a variable rate in MP4',
    'vfr.mp4',
    { filters: UNEVEN, output: ['-vsync', 'vfr', '-video_track_timescale', '90000'] },
  ],
  ['a variable rate in Matroska', 'vfr.mkv', { filters: UNEVEN, output: ['-vsync', 'vfr'] }],
  ['B-frames', 'bframes.mp4', { codec: ['-c:v', 'libx264', '-preset', 'fast', '-bf', '3', '-pix_fmt', 'yuv420p'] }],
  [
    'open groups of pictures',
    'open.mkv',
    { frames: 50, codec: ['-c:v', 'libx264', '-bf', '2', '-g', '12', '-x264-params', 'open-gop=1'] },
  ],
  ['a transport stream that begins at 1.4 s', 'late.ts', {}],
  ['a late start', 'start.mkv', { output: ['-output_ts_offset', '7.3'] }],
  [
    'a start below zero',
    'below.wmv',
    {
      codec: ['-c:v', 'mpeg4', '-bf', '0', '-q:v', '3'],
      output: ['-output_ts_offset', '-0.5', '-avoid_negative_ts', 'disabled'],
    },
  ],
  ['AVI, which knows decoding times only', 'old.avi', { codec: ['-c:v', 'mpeg4', '-bf', '2', '-q:v', '3'] }],
  ['MPEG-2 in a program stream', 'ps.mpg', { codec: ['-c:v', 'mpeg2video', '-bf', '2', '-q:v', '3'] }],
  ['VP9', 'v.webm', { codec: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'] }],
  ['Motion JPEG', 'm.mov', { codec: ['-c:v', 'mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj420p'] }],
  ['six frames per second', 'slow.mp4', { fps: 6 }],
  ['sound that is longer than the picture', 'sound.mp4', { audio: true }],
  ['an animated GIF', 'a.gif', { codec: ['-c:v', 'gif'] }],
];

describe('timestamps', () => {
  it.concurrent.each(cases)('equal ffprobe frame by frame for %s', async (_, file, recipe) => {
    const path = await makeVideo(join(folder, file), recipe);
    const source = await openVideo(path, { input, fit: 'letterbox' });
    const times: number[] = [];
    const counters: number[] = [];
    for await (const frame of source) {
      times.push(frame.stamp.pts);
      counters.push(readCounter(frame));
      source.recycle(frame.data);
    }
    const listed = frameTimes(path);
    expect(times).toEqual(listed.map((time, index) => time ?? times[index]));
    expect(listed.filter((time) => time !== undefined).length).toBeGreaterThanOrEqual(times.length - 1);
    expect(counters).toEqual(times.map((_, index) => index));
  });

  it('count the nominal rate where the format has none (raw Annex B)', async () => {
    const video = await makeVideo(join(folder, 'for-raw.mp4'), { fps: 25, frames: 20 });
    const raw = join(folder, 'raw.h264');
    await ffmpegRun(['-i', video, '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', raw]);
    const source = await openVideo(raw, { input, fit: 'letterbox' });
    const frames: [number, number, number][] = [];
    for await (const frame of source) frames.push([frame.stamp.seq, frame.stamp.pts, readCounter(frame)]);
    expect(frames).toEqual(Array.from({ length: 20 }, (_, index) => [index, Math.round(index * 4e4) / 1e6, index]));
  });
});
