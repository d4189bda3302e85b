import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expandInputs, inNaturalOrder } from '#media/inputs.js';
import { probe } from '#media/probe.js';
import { temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

beforeAll(() => {
  const files = [
    'a/cam10.mp4',
    'a/cam2.MP4',
    'a/notes.txt',
    'a/deep/x.mkv',
    'a/deep/p1.jpg',
    'b/[1].mp4',
    'b/odd',
    'b/1.mp4',
    'c/readme.md',
    'd/x.mp4',
    'd/.hidden.mp4',
    'd/x.mp4.annotated.mp4',
    'd/images.annotated/p.jpg',
  ];
  for (const name of files) {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), name === 'b/odd' ? '\x89PNG....' : 'x', 'latin1');
  }
  symlinkSync(path('a'), path('a/deep/loop'));
  symlinkSync(path('b/1.mp4'), path('d/link.mp4'));
  symlinkSync(path('gone.mp4'), path('d/lost.mp4'));
});

const expanded = async (...patterns: string[]) =>
  (await expandInputs(patterns)).map(({ kind, source }) => `${kind} ${source.replace(`${folder}/`, '')}`);

describe('inputs', () => {
  it.each([
    ['a file', ['a/cam2.MP4'], ['video a/cam2.MP4']],
    [
      'a directory with all below it, in natural order',
      ['a'],
      ['video a/cam2.MP4', 'video a/cam10.mp4', 'picture a/deep/p1.jpg', 'video a/deep/x.mkv'],
    ],
    ['a glob', ['a/*.{mp4,MP4}'], ['video a/cam2.MP4', 'video a/cam10.mp4']],
    ['a glob over directories', ['a/**/*.mkv'], ['video a/deep/x.mkv']],
    ['a file whose name looks like a glob', ['b/[1].mp4'], ['video b/[1].mp4']],
    ['a file without extension, by its first bytes', ['b/odd'], ['picture b/odd']],
    [
      'the same file named twice',
      ['a/cam2.MP4', 'a'],
      ['video a/cam2.MP4', 'video a/cam10.mp4', 'picture a/deep/p1.jpg', 'video a/deep/x.mkv'],
    ],
    ['patterns in the order given', ['b/1.mp4', 'a/cam2.MP4'], ['video b/1.mp4', 'video a/cam2.MP4']],
    ['a missing file, which is reported when it is opened', ['a/none.mp4'], ['video a/none.mp4']],
    [
      'links to files, but no hidden files and no drawn copies',
      ['d'],
      ['video d/link.mp4', 'video d/lost.mp4', 'video d/x.mp4'],
    ],
    ['a glob without drawn copies', ['d/x*.mp4'], ['video d/x.mp4']],
    ['a glob for drawn copies', ['d/*.annotated.mp4'], ['video d/x.mp4.annotated.mp4']],
    ['nothing', [], []],
  ])('from %s', async (_, patterns, wanted) => {
    expect(await expanded(...patterns.map(path))).toEqual(wanted);
  });

  it('from URLs, whose names hold no credentials', async () => {
    expect(await expandInputs(['rtsp://lena:pw@cam/1', 'https://host/a.jpg?token=x', 'file:///tmp/a%20b.mp4'])).toEqual(
      [
        { kind: 'video', source: 'rtsp://lena:pw@cam/1', name: 'rtsp://***@cam/1' },
        { kind: 'picture', source: 'https://host/a.jpg?token=x', name: 'https://host/a.jpg?token=***' },
        { kind: 'video', source: '/tmp/a b.mp4', name: '/tmp/a b.mp4' },
      ],
    );
  });

  it.each([
    ['a glob', 'a/*.webm', /nothing matches; check the directory, and quote the pattern/],
    ['a directory', 'c', /holds no video or picture \(mp4, .*jpg/],
  ])('from %s that matches nothing keep their place, with a hint', async (_, pattern, text) => {
    const [nothing, other] = await expandInputs([path(pattern), path('a/cam2.mp4')]);
    expect(nothing).toMatchObject({ name: path(pattern), fault: { kind: 'source' } });
    expect(nothing!.fault!.message).toMatch(text);
    expect(other).toEqual({ kind: 'video', source: path('a/cam2.mp4'), name: path('a/cam2.mp4') });
  });

  it('suggests the file that was probably meant', async () => {
    await expect(probe(path('a/cam3.mp4'))).rejects.toThrow(/did you mean .*a\/cam10?2?\.(mp4|MP4)\?/);
    await expect(probe(path('a/street.avi'))).rejects.toThrow(/not found; check the path/);
  });

  it('are ordered as people count', () => {
    expect(['f10', 'f9', 'F9', 'f1', 'é', 'e'].sort(inNaturalOrder)).toEqual(['e', 'é', 'f1', 'F9', 'f9', 'f10']);
  });
});
