import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nalType, nalUnits, rawPayload } from '#media/h264/nal.js';
import { H264Remuxer, type Mp4Piece, type Packet } from '#media/h264/remuxer.js';
import { parseSps } from '#media/h264/sps.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lookout-h264-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Clip {
  readonly size?: string;
  readonly options?: readonly string[];
}

/** Encodes a moving test picture and splits it into packets with their times, as a demuxer would. */
function packets({ size = '320x240', options = ['-bf', '0'] }: Clip = {}): Packet[] {
  const file = join(directory, `${Math.random().toString(36).slice(2)}.mp4`);
  const source = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=2`];
  execFileSync('ffmpeg', [
    '-v',
    'error',
    ...source,
    '-c:v',
    'libx264',
    '-g',
    '10',
    '-pix_fmt',
    'yuv420p',
    ...options,
    file,
  ]);
  const shown = execFileSync('ffprobe', [
    '-v',
    'error',
    '-show_entries',
    'packet=pts_time,flags,size',
    '-of',
    'csv=p=0',
    file,
  ]);
  const stream = execFileSync('ffmpeg', [
    '-v',
    'error',
    '-i',
    file,
    '-c',
    'copy',
    '-bsf:v',
    'h264_mp4toannexb,h264_metadata=aud=insert',
    '-f',
    'h264',
    '-',
  ]);
  const pictures: Uint8Array[][] = [];
  for (const unit of nalUnits(stream)) {
    if (nalType(unit) === 9) pictures.push([]);
    pictures.at(-1)!.push(unit);
  }
  const times = shown.toString().trim().split('\n');
  return pictures.map((units, index) => {
    const [pts, , flags] = times[index]!.split(',');
    const data = Buffer.concat(units.flatMap((unit) => [Buffer.from([0, 0, 0, 1]), unit]));
    return { data, pts: Number(pts), keyframe: flags!.startsWith('K') };
  });
}

function remux(list: readonly Packet[], reorder = 0): { pieces: Mp4Piece[]; file: string } {
  const remuxer = new H264Remuxer(reorder);
  const pieces = list.flatMap((packet) => remuxer.push(packet));
  const file = join(directory, `${Math.random().toString(36).slice(2)}-out.mp4`);
  writeFileSync(file, Buffer.concat(pieces.map(({ data }) => data)));
  return { pieces, file };
}

/** What ffmpeg decodes from a file: hash of every picture, in order of presentation. */
function pictures(file: string): string[] {
  const text = execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'framemd5', '-']).toString();
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').at(-1)!.trim());
}

function presentationTimes(file: string): number[] {
  const text = execFileSync('ffprobe', [
    '-v',
    'error',
    '-show_entries',
    'frame=best_effort_timestamp_time',
    '-of',
    'csv=p=0',
    file,
  ]);
  return text
    .toString()
    .trim()
    .split('\n')
    .map((line) => Number.parseFloat(line))
    .filter((time) => !Number.isNaN(time)); // side data has lines of its own
}

describe('NAL units', () => {
  it.each([
    ['nothing', [], []],
    ['three-byte start codes', [0, 0, 1, 7, 0, 0, 1, 8, 9], [[7], [8, 9]]],
    ['four-byte start codes and trailing zeros', [0, 0, 0, 1, 7, 1, 0, 0, 0, 0, 1, 8], [[7, 1], [8]]],
    ['bytes before the first start code', [5, 5, 0, 0, 1, 7], [[7]]],
    ['an empty unit', [0, 0, 1, 0, 0, 1, 7], [[7]]],
    ['ones that are no start code', [0, 0, 1, 1, 0, 1, 1], [[1, 0, 1, 1]]],
  ])('are found with %s', (_reason, bytes, units) => {
    expect(nalUnits(Uint8Array.from(bytes)).map((unit) => [...unit])).toEqual(units);
  });

  it('lose their emulation prevention bytes', () => {
    expect([...rawPayload(Uint8Array.from([0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 3]))]).toEqual([0, 0, 1, 0, 0, 0, 0, 3]);
  });
});

describe('a sequence parameter set', () => {
  it.each([
    ['a multiple of 16', '320x240', { width: 320, height: 240 }],
    ['cropped', '322x182', { width: 322, height: 182 }],
    ['full HD', '1920x1080', { width: 1920, height: 1080 }],
  ])('gives the size when it is %s', (_reason, size, expected) => {
    const units = nalUnits(packets({ size, options: ['-frames:v', '1'] })[0]!.data);
    expect(parseSps(units.find((unit) => nalType(unit) === 7)!).size).toEqual(expected);
  });

  it.each([['baseline'], ['main'], ['high'], ['high10'], ['high444']])('is understood in profile %s', (profile) => {
    const pixels = profile === 'high10' ? 'yuv420p10le' : profile === 'high444' ? 'yuv444p' : 'yuv420p';
    const units = nalUnits(
      packets({ options: ['-profile:v', profile, '-pix_fmt', pixels, '-frames:v', '1'] })[0]!.data,
    );
    const sps = parseSps(units.find((unit) => nalType(unit) === 7)!);
    expect(sps.size).toEqual({ width: 320, height: 240 });
    expect(sps.bitDepthLuma).toBe(profile === 'high10' ? 10 : 8);
  });

  it('gives the size of an interlaced picture', () => {
    const units = nalUnits(packets({ options: ['-x264opts', 'interlaced', '-frames:v', '1'] })[0]!.data);
    expect(parseSps(units.find((unit) => nalType(unit) === 7)!).size).toEqual({ width: 320, height: 240 });
  });

  it('is refused when it ends too early', () => {
    expect(() => parseSps(Uint8Array.from([0x67, 100, 0, 31]))).toThrow(/ends too early/);
  });
});

describe('the fragmented MP4', () => {
  it.each([
    ['without B frames', ['-bf', '0'], 0],
    ['with B frames', ['-bf', '3', '-x264opts', 'b-pyramid=normal'], 2],
    ['with open groups of pictures', ['-bf', '2', '-x264opts', 'open-gop=1'], 2],
  ])('holds the very pictures and times of the stream, %s', (_reason, options, reorder) => {
    const list = packets({ options });
    const { pieces, file } = remux(list, reorder);
    const whole = join(directory, 'whole.h264');
    writeFileSync(whole, Buffer.concat(list.map(({ data }) => data)));
    expect(pictures(file)).toEqual(pictures(whole));
    const offset = pieces[0]!.mediaTime - pieces[0]!.pts;
    const expected = list.map(({ pts }) => pts + offset).sort((a, b) => a - b);
    const found = presentationTimes(file);
    expect(found).toHaveLength(expected.length);
    for (const [index, time] of found.entries()) expect(Math.abs(time - expected[index]!)).toBeLessThan(1e-4);
    for (const piece of pieces) expect(piece.mediaTime - piece.pts).toBeCloseTo(offset, 9);
  });

  it('begins with an initialisation segment that names the codec and the size', () => {
    const { pieces } = remux(packets());
    expect(pieces.map(({ kind }) => kind).slice(0, 3)).toEqual(['init', 'media', 'media']);
    expect(pieces[0]).toMatchObject({
      size: { width: 320, height: 240 },
      mime: expect.stringMatching(/^video\/mp4; codecs="avc1\.[0-9a-f]{6}"$/),
    });
    expect(pieces.filter(({ kind }) => kind === 'init')).toHaveLength(1);
    expect(pieces.filter(({ keyframe, kind }) => keyframe && kind === 'media')).toHaveLength(5);
  });

  it('has square pixels, as the stream has', () => {
    const { file } = remux(packets());
    const entries = 'stream=sample_aspect_ratio,display_aspect_ratio,side_data_list';
    const text = execFileSync('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', file]).toString();
    const [stream] = (JSON.parse(text) as { streams: object[] }).streams;
    expect(stream).toEqual({ sample_aspect_ratio: '1:1', display_aspect_ratio: '4:3' });
  });

  it('waits for a key frame', () => {
    const list = packets();
    const { pieces } = remux(list.slice(3));
    expect(pieces[0]!.pts).toBe(list[10]!.pts);
  });

  it('begins anew when the size changes in mid-stream', () => {
    const later = packets({ size: '160x120' }).map((packet) => ({ ...packet, pts: packet.pts + 2 }));
    const { pieces } = remux([...packets(), ...later]);
    const inits = pieces.filter(({ kind }) => kind === 'init');
    expect(inits.map(({ size }) => size)).toEqual([
      { width: 320, height: 240 },
      { width: 160, height: 120 },
    ]);
    expect(inits[1]!.pts).toBeCloseTo(2, 6);
  });

  it('goes on when parameter sets are repeated, as some senders do before each slice', () => {
    const list = packets();
    const sets = nalUnits(list[0]!.data).filter((unit) => [7, 8].includes(nalType(unit)));
    const repeated = Buffer.concat(sets.flatMap((unit) => [Uint8Array.of(0, 0, 0, 1), unit]));
    const often = list.map((packet, index) =>
      index % 3 === 0 ? { ...packet, data: new Uint8Array(Buffer.concat([repeated, repeated, packet.data])) } : packet,
    );
    const { pieces, file } = remux(often);
    expect(pieces.filter(({ kind }) => kind === 'init')).toHaveLength(1);
    expect(pictures(file)).toEqual(pictures(remux(list).file));
  });

  it.each([
    ['two pictures of the same time', [0, 0, 0.04, 0.08]],
    ['a changing rate', [0, 0.02, 0.2, 0.22, 0.5]],
    ['a standstill of four seconds', [0, 0.04, 4.03]],
  ])('has no two pictures further apart than twice a duration: browsers go on over %s', (_reason, times) => {
    const list = packets().slice(0, times.length);
    const { pieces } = remux(list.map((packet, index) => ({ ...packet, pts: times[index]! })));
    const media = pieces.filter(({ kind }) => kind === 'media').map(({ data }) => Buffer.from(data));
    const decoded = media.map((data) => Number(data.readBigUInt64BE(data.indexOf('tfdt') + 8)));
    const durations = media.map((data) => data.readUInt32BE(data.indexOf('trun') + 16));
    for (const [index, time] of decoded.slice(1).entries()) {
      expect(time - decoded[index]!).toBeGreaterThan(0);
      expect(time - decoded[index]!).toBeLessThanOrEqual(2 * durations[index]!);
    }
  });

  it('keeps decoding times rising when presentation times stand still or jump back', () => {
    const list = packets()
      .slice(0, 10)
      .map((packet, index) => ({ ...packet, pts: index < 5 ? 1 : 0.5 }));
    const { pieces } = remux(list);
    const times = pieces
      .filter(({ kind }) => kind === 'media')
      .map(({ data }) => {
        const at = Buffer.from(data).indexOf('tfdt');
        return Number(Buffer.from(data).readBigUInt64BE(at + 8));
      });
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  });
});
