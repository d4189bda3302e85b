import type { ErrorMessage } from '#core/message.js';
import { encodeVideo } from '#core/video-message.js';
import type { Link } from './link/link.js';

/** Longer side of what is sent, px: more than a detector looks at. */
const LONGEST_SIDE = 960;
const FRAMES_PER_SECOND = 15;
const QUALITY = 0.8;
/** More than this on its way means that the connection is slower than the webcam: the picture is left out. */
const MOST_WAITING_BYTES = 256 * 1024;

export type WebcamState =
  | { readonly kind: 'off' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'on'; readonly camera: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Why the browser would not give its webcam to this page, or undefined when it may. */
export function webcamObstacle(): 'insecure' | 'missing' | undefined {
  if (navigator.mediaDevices?.getUserMedia !== undefined) return undefined;
  return isSecureContext ? 'missing' : 'insecure';
}

/** The browser's own camera, sent to the server picture by picture. The newest wins. */
export class Webcam {
  state: WebcamState = { kind: 'off' };
  readonly #video = document.createElement('video');
  readonly #canvas = document.createElement('canvas');
  #stream: MediaStream | undefined;
  #timer: number | undefined;
  #seq = 0;
  #coding = false;

  constructor(
    private readonly link: Pick<Link, 'send' | 'sendBytes'>,
    private readonly changed: () => void,
  ) {
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  async start(camera: string): Promise<void> {
    this.#become({ kind: 'asking' });
    const video = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      this.#video.srcObject = this.#stream;
      await this.#video.play();
    } catch (error) {
      this.#release();
      this.#become({ kind: 'refused', reason: reasonOf(error) });
      return;
    }
    for (const track of this.#stream.getTracks()) track.addEventListener('ended', () => this.stop());
    this.link.send({ type: 'publish', camera });
    this.#timer = setInterval(() => this.#send(camera), 1000 / FRAMES_PER_SECOND);
    this.#become({ kind: 'on', camera });
  }

  stop(): void {
    if (this.state.kind === 'on') this.link.send({ type: 'unpublish', camera: this.state.camera });
    this.#release();
    this.#become({ kind: 'off' });
  }

  /** The connection is new; the server has forgotten the webcam. */
  reconnected(): void {
    if (this.state.kind === 'on') this.link.send({ type: 'publish', camera: this.state.camera });
  }

  refused({ camera, message }: ErrorMessage): void {
    if (this.state.kind !== 'on' || camera !== this.state.camera) return;
    this.#release();
    this.#become({ kind: 'refused', reason: message });
  }

  #send(camera: string): void {
    const { videoWidth, videoHeight } = this.#video;
    if (this.#coding || videoWidth === 0) return;
    const scale = Math.min(1, LONGEST_SIDE / Math.max(videoWidth, videoHeight));
    const size = { width: Math.round(videoWidth * scale), height: Math.round(videoHeight * scale) };
    Object.assign(this.#canvas, size);
    this.#canvas.getContext('2d', { alpha: false })!.drawImage(this.#video, 0, 0, size.width, size.height);
    const pts = performance.now() / 1000;
    this.#coding = true;
    this.#canvas.toBlob((blob) => void this.#coded(camera, blob, pts), 'image/jpeg', QUALITY);
  }

  async #coded(camera: string, blob: Blob | null, pts: number): Promise<void> {
    this.#coding = false;
    if (blob === null || this.state.kind !== 'on') return;
    const data = new Uint8Array(await blob.arrayBuffer());
    const stamp = { camera, epoch: 0, seq: this.#seq, pts, mediaTime: pts, capturedAt: Date.now() };
    const message = encodeVideo({ ...stamp, kind: 'jpeg', keyframe: true, data });
    if (this.link.sendBytes(message, MOST_WAITING_BYTES)) this.#seq += 1;
  }

  #release(): void {
    clearInterval(this.#timer);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.#video.srcObject = null;
  }

  #become(state: WebcamState): void {
    this.state = state;
    this.changed();
  }
}

function reasonOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') return 'The browser was not allowed to use the webcam. Allow it in the address bar.';
  if (name === 'NotFoundError') return 'There is no webcam.';
  if (name === 'NotReadableError') return 'Another program is using the webcam.';
  return `The webcam could not be opened: ${String(error)}`;
}
