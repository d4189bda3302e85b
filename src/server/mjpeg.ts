import type { CameraPort } from '#core/camera-port.js';
import type { VideoPiece } from '#core/video.js';

const BOUNDARY = 'lookout-picture';
/** A reader that takes no picture for so long is cut off. */
const STALLED_MS = 30_000;

/**
 * Motion JPEG: each time the reader has taken a picture, it gets the newest one. What comes while it is busy is
 * overtaken, so a slow reader costs one picture of memory.
 */
export function mjpegStream(cameras: CameraPort, camera: string, options: { readonly boxes: boolean }): Response {
  let newest: VideoPiece | undefined;
  let arrived: (() => void) | undefined;
  let stop = () => {};
  let stalled: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const stopPictures = cameras.onPicture(camera, (piece) => {
          newest = piece;
          arrived?.();
        });
        const stopStatus = cameras.onStatus((name, status) => {
          if (name !== camera || status !== undefined) return;
          stop();
          controller.close();
        });
        stop = () => {
          stopPictures();
          stopStatus();
          clearTimeout(stalled);
        };
      },
      async pull(controller) {
        clearTimeout(stalled);
        if (newest === undefined) await new Promise<void>((resolve) => (arrived = resolve));
        const picture = options.boxes ? ((await cameras.picture(camera, options)) ?? newest!) : newest!;
        newest = undefined;
        arrived = undefined;
        controller.enqueue(part(picture));
        stalled = setTimeout(() => {
          stop();
          controller.error(new Error('the reader takes no pictures'));
        }, STALLED_MS);
        stalled.unref();
      },
      cancel: () => stop(),
    },
    { highWaterMark: 0 },
  );
  const type = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;
  return new Response(body, { headers: { 'Content-Type': type, 'Cache-Control': 'no-store' } });
}

function part({ data, epoch, seq, pts, capturedAt }: VideoPiece): Uint8Array {
  const head = [
    `--${BOUNDARY}`,
    'Content-Type: image/jpeg',
    `Content-Length: ${data.length}`,
    `Lookout-Epoch: ${epoch}`,
    `Lookout-Seq: ${seq}`,
    `Lookout-Pts: ${pts}`,
    `Lookout-Captured-At: ${capturedAt}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), data, Buffer.from('\r\n')]);
}
