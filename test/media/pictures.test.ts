import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Frame } from '#core/frame.js';
import type { SourceError } from '#core/source-error.js';
import { openPictures } from '#media/open-pictures.js';
import { ffmpegRun, temporaryFolder } from '../support/video.js';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const input = { width: 64, height: 64 };

/** Left half red, right half blue. */
const halves = () => {
  const raw = Buffer.alloc(40 * 20 * 3);
  for (let i = 0; i < 800; i += 1) raw.set(i % 40 < 20 ? [200, 30, 40] : [40, 60, 220], i * 3);
  return sharp(raw, { raw: { width: 40, height: 20, channels: 3 } });
};

async function read(names: readonly string[], options: Partial<Parameters<typeof openPictures>[1]> = {}) {
  const faults: [string, string][] = [];
  const fault = (error: SourceError, file: string) => void faults.push([file.slice(folder.length + 1), error.fault]);
  const source = openPictures(names.map(path), { input, fit: 'letterbox', fault, ...options });
  const frames: Frame[] = [];
  for await (const frame of source) frames.push(frame);
  return { frames, faults, info: source.info };
}

/** RGB at a place of the source picture, fractions of its size. */
function at({ data, letterbox }: Frame, u: number, v: number): number[] {
  const { source, scaleX, scaleY, left, top } = letterbox;
  const i = Math.floor(top + v * source.height * scaleY) * 64 + Math.floor(left + u * source.width * scaleX);
  return [data[i]!, data[4096 + i]!, data[8192 + i]!];
}

function expectNear(seen: readonly number[], wanted: readonly number[], tolerance = 4): void {
  if (seen.some((value, c) => Math.abs(value - wanted[c]!) > tolerance)) expect(seen).toEqual(wanted);
}

beforeAll(async () => {
  await halves().png().toFile(path('plain.png'));
  await halves().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toFile(path('plain.jpg'));
  await halves().webp({ lossless: true }).toFile(path('plain.webp'));
  await halves().tiff().toFile(path('plain.tif'));
  await halves().gif().toFile(path('plain.gif'));
  await halves().avif({ lossless: true }).toFile(path('plain.avif'));
  await halves().toColourspace('rgb16').png().toFile(path('deep.png'));
  await halves().toColourspace('cmyk').jpeg({ quality: 100 }).toFile(path('cmyk.jpg'));
  await halves().grayscale().png().toFile(path('gray.png'));
  await halves()
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .withMetadata({ orientation: 6 })
    .toFile(path('turned.jpg'));
  const clear = {
    input: Buffer.from([0, 0, 0, 0]),
    raw: { width: 1, height: 1, channels: 4 as const },
    tile: true,
    blend: 'dest-in' as const,
  };
  await halves()
    .ensureAlpha()
    .composite([{ ...clear, gravity: 'east' }])
    .png()
    .toFile(path('clear.png'));
  await ffmpegRun(['-i', path('plain.png'), path('plain.bmp')]);
  await ffmpegRun(['-f', 'lavfi', '-i', 'color=red:size=16x16:rate=5', '-frames:v', '3', path('moving.gif')]);
});

describe('a picture', () => {
  it.each(['plain.png', 'plain.jpg', 'plain.webp', 'plain.tif', 'plain.gif', 'plain.avif', 'plain.bmp', 'deep.png'])(
    '%s keeps its colours and its place',
    async (name) => {
      const { frames, faults } = await read([name]);
      expect(faults).toEqual([]);
      const [frame] = frames as [Frame];
      expect(frame.letterbox).toMatchObject({
        source: { width: 40, height: 20 },
        left: 0,
        top: 16,
        scaleX: 1.6,
        scaleY: 1.6,
      });
      expect(frame.stamp).toEqual({ source: path(name), seq: 0, pts: 0, size: { width: 40, height: 20 } });
      expectNear(at(frame, 0.25, 0.5), [200, 30, 40]);
      expectNear(at(frame, 0.75, 0.5), [40, 60, 220]);
      expect([frame.data[15 * 64], frame.data[48 * 64 + 63]]).toEqual([114, 114]);
    },
  );

  it('of exactly the input size passes unchanged', async () => {
    const raw = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 37) % 256));
    await sharp(raw, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toFile(path('same.png'));
    const [frame] = (await read(['same.png'])).frames as [Frame];
    const planes = Buffer.alloc(raw.length);
    raw.forEach((value, index) => {
      planes[(index % 3) * 4096 + Math.floor(index / 3)] = value;
    });
    expect(Buffer.from(frame.data).equals(planes)).toBe(true);
  });

  it('is turned upright by its EXIF orientation', async () => {
    const [frame] = (await read(['turned.jpg'])).frames as [Frame];
    expect(frame.stamp.size).toEqual({ width: 20, height: 40 });
    expectNear(at(frame, 0.5, 0.25), [200, 30, 40]);
    expectNear(at(frame, 0.5, 0.75), [40, 60, 220]);
  });

  it('of CMYK comes near its colours', async () => {
    const [frame] = (await read(['cmyk.jpg'])).frames as [Frame];
    expectNear(at(frame, 0.25, 0.5), [200, 30, 40], 40);
  });

  it('in gray has three equal channels', async () => {
    const [frame] = (await read(['gray.png'])).frames as [Frame];
    for (const u of [0.25, 0.75]) expect(new Set(at(frame, u, 0.5)).size).toBe(1);
    expect(at(frame, 0.25, 0.5)).not.toEqual(at(frame, 0.75, 0.5));
  });

  it('shows the padding where it is transparent', async () => {
    const { frames } = await read(['clear.png']);
    expect(at(frames[0]!, 0.25, 0.5)).toEqual([114, 114, 114]);
  });

  it('that moves gives its first frame', async () => {
    expect((await read(['moving.gif'])).frames).toHaveLength(1);
  });
});

describe('pictures', () => {
  beforeAll(() => {
    const whole = readFileSync(path('plain.jpg'));
    writeFileSync(path('cut.jpg'), whole.subarray(0, whole.length * 0.6));
    writeFileSync(path('empty.png'), '');
    writeFileSync(path('text.png'), 'no picture');
  });

  it('that cannot be read are told and do not stop the others; numbers stay those of the list', async () => {
    const names = ['plain.png', 'cut.jpg', 'text.png', 'empty.png', 'missing.png', 'plain.jpg'];
    const { frames, faults, info } = await read(names);
    expect(frames.map(({ stamp }) => stamp.seq)).toEqual([0, 5]);
    expect(faults).toEqual([
      ['cut.jpg', 'truncated'],
      ['text.png', 'codec'],
      ['empty.png', 'empty'],
      ['missing.png', 'not-found'],
    ]);
    expect(info).toMatchObject({ kind: 'pictures', frames: 6 });
  });

  it('go on at a number', async () => {
    const { frames } = await read(['plain.png', 'plain.jpg', 'gray.png'], { resume: { seq: 1 } });
    expect(frames.map(({ stamp }) => stamp.seq)).toEqual([1, 2]);
  });

  it('of an empty list are none', async () => {
    expect((await read([])).frames).toEqual([]);
  });

  it('use their buffers again', async () => {
    const source = openPictures(Array(30).fill(path('plain.png')), { input, fit: 'stretch', fault: () => undefined });
    const buffers = new Set<ArrayBuffer>();
    for await (const { data } of source) {
      buffers.add(data.buffer);
      source.recycle(data);
    }
    expect(buffers.size).toBeLessThanOrEqual(5);
  });

  it('stop when they are told to', async () => {
    const abort = new AbortController();
    const source = openPictures([path('plain.png'), path('plain.jpg')], {
      input,
      fit: 'stretch',
      fault: () => undefined,
      signal: abort.signal,
    });
    const seen = (async () => {
      for await (const _ of source) abort.abort();
    })();
    await expect(seen).rejects.toThrow(/abort/);
  });
});

describe('pictures at an address', () => {
  const served = async () => {
    const server = createServer((request, response) => {
      const isKnown = request.headers.authorization === `Basic ${Buffer.from("lena:it's 100%").toString('base64')}`;
      const status = !isKnown ? 401 : request.url?.startsWith('/plain.png') ? 200 : 404;
      response.writeHead(status).end(status === 200 ? readFileSync(path('plain.png')) : undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  const closed = async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return `127.0.0.1:${port}`;
  };

  it('are read with the credentials of the address, which no frame bears', async () => {
    const host = await served();
    const faults: string[] = [];
    const addresses = [
      `http://lena:it's%20100%@${host}/plain.png?token=abc`,
      `http://lena:it's%20100%@${host}/none.png`,
      `http://lena:other@${host}/plain.png`,
      `http://${await closed()}/plain.png`,
    ];
    const fault = (error: SourceError) => void faults.push(`${error.fault} ${error.message.split(';')[0]}`);
    const frames: Frame[] = [];
    for await (const frame of openPictures(addresses, { input, fit: 'letterbox', fault })) frames.push(frame);
    expect(frames.map(({ stamp }) => stamp)).toEqual([
      { source: `http://***@${host}/plain.png?token=***`, seq: 0, pts: 0, size: { width: 40, height: 20 } },
    ]);
    expectNear(at(frames[0]!, 0.25, 0.5), [200, 30, 40]);
    expect(faults).toEqual([
      `not-found http://***@${host}/none.png: the server knows no such path`,
      `auth http://***@${host}/plain.png: wrong or missing user name and password`,
      expect.stringMatching(/^refused .*: connection refused$/),
    ]);
  });
});
