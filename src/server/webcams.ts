import type { CameraPort, WebcamSink } from '#core/camera-port.js';
import { LookoutError } from '#core/errors.js';
import { decodeVideo } from '#core/video-message.js';

/** Webcams that one client may send at once. */
const MOST = 4;

/** The webcams that one client sends. */
export class Webcams {
  readonly #sinks = new Map<string, WebcamSink>();

  constructor(private readonly cameras: CameraPort) {}

  /** @throws LookoutError when the camera cannot be opened */
  open(camera: string): void {
    if (this.cameras.openWebcam === undefined) {
      throw new LookoutError('config', 'this server takes no webcams');
    }
    if (this.#sinks.has(camera)) return;
    if (this.#sinks.size >= MOST) throw new LookoutError('config', `at most ${MOST} webcams per connection`);
    this.#sinks.set(camera, this.cameras.openWebcam(camera));
  }

  /** Takes a binary message in. @throws LookoutError kind `protocol` when it is no JPEG of an open webcam. */
  receive(message: Uint8Array): void {
    const { kind, camera, pts, data } = decodeVideo(message);
    const sink = this.#sinks.get(camera);
    if (kind !== 'jpeg' || sink === undefined) {
      throw new LookoutError(
        'protocol',
        `expected a jpeg of a published camera, got ${kind} of "${camera.slice(0, 40)}"`,
      );
    }
    if (!isJpeg(data)) throw new LookoutError('protocol', 'the payload is no JPEG');
    sink.push(data, pts);
  }

  close(camera: string): void {
    this.#sinks.get(camera)?.close();
    this.#sinks.delete(camera);
  }

  closeAll(): void {
    for (const camera of [...this.#sinks.keys()]) this.close(camera);
  }
}

/** Starts with SOI and another marker, ends with EOI (ITU-T T.81, B.1.1.3). Padding behind EOI is allowed. */
function isJpeg(data: Uint8Array): boolean {
  if (data.length < 4 || data[0] !== 0xff || data[1] !== 0xd8 || data[2] !== 0xff) return false;
  let end = data.length;
  while (end > 4 && data[end - 1] === 0) end--;
  return data[end - 2] === 0xff && data[end - 1] === 0xd9;
}
