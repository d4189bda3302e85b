import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '#core/random.js';
import { writeBrightModel } from '../support/bright-model.js';
import { lookout, start } from '../support/lookout.js';
import { makeVideo, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const model = join(folder, 'bright');
const clip = join(folder, 'clip.mp4');
const common = ['--model', model, '--device', 'cpu', '--workers', '2', '--threads', '1'];

beforeAll(async () => {
  writeBrightModel(model);
  await makeVideo(clip, { size: '128x128', frames: 60, fps: 30, audio: true });
});

/** Every file below a directory and its bytes. */
function contents(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(directory.length), readFileSync(path, 'latin1')]));
}

const records = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('lookout detect', () => {
  it('writes a record for every frame of a video', async () => {
    const out = join(folder, 'first');
    const { code, stderr } = await lookout([
      'detect',
      clip,
      ...common,
      '--out',
      out,
      '--format',
      'jsonl,csv,coco,mot,yolo',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const all = records(join(out, 'clip.mp4.jsonl'));
    expect(all.map(({ seq }) => seq)).toEqual([...Array(60).keys()]);
    expect(all[30].pts).toBeCloseTo(1, 5);
    expect(all[0]).toMatchObject({ source: clip, frame: { width: 128, height: 128 } });
    expect(all.some(({ detections }) => detections.length > 0)).toBe(true);
    expect(readdirSync(out).sort()).toEqual([
      'clip.mp4.coco.json',
      'clip.mp4.csv',
      'clip.mp4.jsonl',
      'clip.mp4.mot.txt',
      'clip.mp4.yolo',
      'manifest.json',
    ]);
  });

  it('finds in pictures what is there, in their own pixels', async () => {
    const picture = join(folder, 'square.png');
    const white = await sharp({ create: { width: 32, height: 32, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    const black = { width: 256, height: 256, channels: 3 as const, background: 'black' };
    await sharp({ create: black })
      .composite([{ input: white, left: 192, top: 64 }])
      .png()
      .toFile(picture);
    const out = join(folder, 'pictures');
    const { code } = await lookout(['detect', picture, ...common, '--out', out, '--conf', '0.9']);
    expect(code).toBe(0);
    const [record] = records(join(out, 'images.jsonl'));
    expect(record.detections).toMatchObject([{ label: 'right', class_id: 1, box: [192, 64, 224, 96] }]);
  });

  it('goes on after bad inputs, names each in one line, and exits with 1', async () => {
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'empty.mp4'), '');
    writeFileSync(join(broken, 'text.mp4'), 'not a video\n'.repeat(1000));
    writeFileSync(join(broken, 'text.jpg'), 'not a picture');
    cpSync(clip, join(broken, 'cut.mp4'));
    truncateSync(join(broken, 'cut.mp4'), 20_000);
    cpSync(clip, join(broken, 'good.mp4'));
    const out = join(folder, 'mixed');
    const { code, stderr } = await lookout(['detect', broken, join(folder, 'missing.mp4'), ...common, '--out', out]);
    expect(code).toBe(1);
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(5);
    for (const name of ['empty.mp4', 'text.mp4', 'text.jpg', 'cut.mp4', 'missing.mp4']) {
      expect(lines.filter((line) => line.includes(name))).toHaveLength(1);
    }
    expect(records(join(out, 'good.mp4.jsonl'))).toHaveLength(60);
  });

  it('draws the boxes into a copy of each input, as long as the original and with its sound', async () => {
    const picture = join(folder, 'grey.png');
    await sharp({ create: { width: 64, height: 48, channels: 3, background: '#ffffff' } })
      .png()
      .toFile(picture);
    const out = join(folder, 'drawn');
    const { code, stderr } = await lookout([
      'detect',
      clip,
      picture,
      ...common,
      '--out',
      out,
      '--annotate',
      '--every',
      '7',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const facts = (path: string) =>
      execFileSync('ffprobe', [
        '-v',
        'error',
        '-count_frames',
        '-show_entries',
        'stream=codec_type,nb_read_frames',
        '-of',
        'csv=p=0',
        path,
      ])
        .toString()
        .trim()
        .split('\n');
    const [video, sound] = facts(join(out, 'clip.mp4.annotated.mp4'));
    expect(video).toBe('video,60');
    expect(sound).toBe(facts(clip)[1]);
    expect((await sharp(join(out, 'images.annotated', 'grey.png')).metadata()).width).toBe(64);
  });

  it.each([
    ['no input', ['detect'], /expected at least one/],
    ['an unknown option', ['detect', 'x.mp4', '--confidence', '1'], /unknown option/],
    ['a threshold outside its range', ['detect', 'x.mp4', '--conf', '1.5'], /--conf/],
    [
      'a class that the model does not have',
      ['detect', clip, ...common, '--classes', 'rigth', '--out', join(folder, 'none')],
      /no such label; did you mean right\? it has/,
    ],
  ])('exits with 2 for %s', async (_reason, args, message) => {
    const { code, stderr } = await lookout(args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('speaks JSON alone with --json and nothing with --quiet', async () => {
    const loud = await lookout(['detect', clip, ...common, '--out', join(folder, 'json'), '--json']);
    const events = loud.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect([events[0], events.at(-1)]).toEqual(['model', 'done']);
    const quiet = await lookout(['detect', clip, ...common, '--out', join(folder, 'quiet'), '--quiet']);
    expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('ends cleanly at Ctrl-C, says how to go on, and goes on', async () => {
    const long = await makeVideo(join(folder, 'long.mp4'), { size: '128x128', frames: 3000, fps: 30 });
    const whole = join(folder, 'whole');
    await lookout(['detect', long, ...common, '--out', whole]);
    const out = join(folder, 'interrupted');
    const { child, ended } = start(['detect', long, ...common, '--out', out, '--json']);
    child.stdout!.on('data', (data) => {
      if (String(data).includes('"progress"')) child.kill('SIGINT');
    });
    const { code, stdout } = await ended;
    // A machine that is fast enough may have finished before the first sign of progress.
    if (code !== 0) {
      expect(code).toBe(130);
      expect(stdout).toContain('"interrupted"');
      expect(existsSync(join(out, 'long.mp4.jsonl'))).toBe(false);
      expect((await lookout(['detect', long, ...common, '--out', out, '--resume'])).code).toBe(0);
    }
    expect(contents(out)).toEqual(contents(whole));
  });

  it('gives identical bytes after 20 kills at random moments', { timeout: 900_000 }, async () => {
    const seed = Number(process.env.LOOKOUT_TEST_SEED ?? 1);
    const random = new Random(seed);
    const long = await makeVideo(join(folder, 'killed.mp4'), {
      size: '128x128',
      frames: 2000,
      fps: 30,
      filters: 'setpts=PTS*1.5',
    });
    const args = ['detect', long, clip, ...common, '--track', '--format', 'jsonl,csv,coco,mot', '--explain'];
    const whole = join(folder, 'unharmed');
    const begun = performance.now();
    expect((await lookout([...args, '--out', whole])).code).toBe(0);
    const duration = performance.now() - begun;
    const expected = contents(whole);
    const out = join(folder, 'kills');
    for (let kills = 0; kills < 20; ) {
      const { child, ended } = start([...args, '--out', out, '--resume']);
      const timer = setTimeout(() => child.kill('SIGKILL'), random.float() * duration);
      const { signal, code, stderr } = await ended;
      clearTimeout(timer);
      if (signal === 'SIGKILL') {
        kills += 1;
        continue;
      }
      expect({ code, stderr, seed }).toEqual({ code: 0, stderr: '', seed });
      expect(contents(out)).toEqual(expected);
      rmSync(out, { recursive: true });
    }
    expect((await lookout([...args, '--out', out, '--resume'])).code).toBe(0);
    expect(contents(out)).toEqual(expected);
  });
});
