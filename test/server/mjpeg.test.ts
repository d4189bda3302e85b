import { afterEach, describe, expect, it, vi } from 'vitest';
import { mjpegStream } from '#server/mjpeg.js';
import { FakeCameras, jpegOf } from './fake-cameras.js';

afterEach(() => vi.useRealTimers());

const seqOf = (part: Uint8Array | undefined) =>
  Number(/Lookout-Seq: (\d+)/.exec(Buffer.from(part!).toString('latin1'))?.[1]);

describe('motion JPEG', () => {
  it('gives a slow reader the newest picture, and holds no other', async () => {
    const cameras = new FakeCameras('gate');
    const reader = mjpegStream(cameras, 'gate', { boxes: false }).body!.getReader();
    for (const seq of [1, 2, 3]) cameras.picturise('gate', { seq });
    expect(seqOf((await reader.read()).value)).toBe(3);
    const next = reader.read();
    cameras.picturise('gate', { seq: 4 });
    expect(seqOf((await next).value)).toBe(4);
  });

  it('has its boxes drawn where that is asked for', async () => {
    const cameras = new FakeCameras('gate');
    const reader = mjpegStream(cameras, 'gate', { boxes: true }).body!.getReader();
    cameras.picturise('gate', { data: jpegOf(40) });
    expect(Buffer.from((await reader.read()).value!).toString('latin1')).toContain('Content-Length: 140\r\n');
  });

  it('ends with its camera', async () => {
    const cameras = new FakeCameras('gate', 'yard');
    const reader = mjpegStream(cameras, 'gate', { boxes: false }).body!.getReader();
    const waiting = reader.read();
    cameras.take('yard');
    cameras.take('gate');
    expect((await waiting).done).toBe(true);
    expect(cameras.listeners('gate')).toEqual([0, 0, 0]);
  });

  it('cuts a reader off that takes nothing for half a minute, and nobody who does', async () => {
    vi.useFakeTimers();
    const cameras = new FakeCameras('gate');
    const reader = mjpegStream(cameras, 'gate', { boxes: false }).body!.getReader();
    const read = async (seq: number) => {
      const next = reader.read();
      cameras.picturise('gate', { seq });
      return seqOf((await next).value);
    };
    expect(await read(1)).toBe(1);
    vi.advanceTimersByTime(29_999);
    expect(await read(2)).toBe(2);
    vi.advanceTimersByTime(30_000);
    await expect(reader.read()).rejects.toThrow('takes no pictures');
    expect(cameras.listeners('gate')).toEqual([0, 0, 0]);
  });
});
