import { expect, it } from 'vitest';
import { BufferPool } from '#media/buffer-pool.js';
import { liveSourcesEnded } from '#media/live/children.js';
import { jpegSize } from '#media/live/jpeg-size.js';
import { liveSource } from '#media/live/live-source.js';
import { PictureTap, type TapPacket } from '#media/live/picture-tap.js';
import type { NutStream } from '#media/nut-headers.js';
import { childrenNamed } from '../../support/processes.js';
import { makeVideo, temporaryFolder } from '../../support/video.js';

const folder = temporaryFolder();

/** The first packets of a clip. */
function packetsOf(file: string, count: number): Promise<{ stream: NutStream; packets: TapPacket[] }> {
  const options = { input: { width: 64, height: 64 }, fit: 'stretch', padding: 0, stallTimeoutMs: 5000 } as const;
  return new Promise((resolve, reject) => {
    let stream: NutStream;
    const packets: TapPacket[] = [];
    const subscription = liveSource(file, { ...options, pool: new BufferPool() }).subscribe({
      next: (event) => {
        if (event.kind === 'stream') stream = event.stream;
        if (event.kind !== 'packet' || packets.length === count) return;
        packets.push(event);
        if (packets.length < count) return;
        queueMicrotask(() => subscription.unsubscribe());
        resolve({ stream, packets });
      },
      error: reject,
    });
  });
}

/** The times of the pictures that a tap makes of packets, as many as asked for. */
function pictures(
  { stream, packets }: { stream: NutStream; packets: readonly TapPacket[] },
  { count, from }: { readonly count: number; readonly from?: number },
): Promise<{ pts: number; width: number | undefined }[]> {
  return new Promise((resolve, reject) => {
    const made: { pts: number; width: number | undefined }[] = [];
    const tap = new PictureTap(stream, {
      mostSide: 96,
      ...(from !== undefined && { from }),
      picture: (jpeg, pts) => {
        made.push({ pts, width: jpegSize(jpeg)?.width });
        if (made.length < count) return;
        tap.stop();
        resolve(made);
      },
      ended: (stderr) => reject(new Error(stderr)),
    });
    for (const packet of packets) tap.push(packet);
  });
}

it.each([
  ['H.264', 'mkv', ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '250', '-bsf:v', 'h264_mp4toannexb']],
  ['H.265', 'ts', ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:bframes=0']],
])(
  'pictures of %s begin with the key frame, bear its time and are no larger than asked for',
  async (_, kind, codec) => {
    const file = await makeVideo(`${folder}/tap.${kind}`, {
      size: '192x96',
      frames: 30,
      codec: [...codec, '-pix_fmt', 'yuv420p'],
    });
    const source = await packetsOf(file, 20);
    const made = await pictures(source, { count: 10 });
    expect(made.map(({ pts }) => pts)).toEqual(source.packets.slice(0, 10).map(({ pts }) => expect.closeTo(pts, 4)));
    expect(new Set(made.map(({ width }) => width))).toEqual(new Set([96]));
    const [first] = await pictures(source, { count: 1, from: source.packets[12]!.pts });
    expect(first!.pts).toBeCloseTo(source.packets[12]!.pts, 4);
    await liveSourcesEnded();
    expect(childrenNamed('ffmpeg')).toEqual([]);
  },
);
