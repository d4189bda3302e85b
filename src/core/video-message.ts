import { LookoutError } from './errors.js';
import type { VideoKind, VideoMetadata, VideoPiece } from './video.js';

/*
 * The binary message, little-endian:
 *
 *    0  u8   0x4C, the letter L          16  f64  seq
 *    1  u8   layout, 1                   24  f64  pts, s
 *    2  u8   kind: 1 init 2 media 3 jpeg 32  f64  captured_at, ms since the Unix epoch
 *    3  u8   flags: bit 0 key frame      40  f64  media time, s
 *    4  u32  offset of the payload       48  camera, UTF-8; then metadata, JSON as UTF-8 (may be empty);
 *    8  u32  epoch                           then the payload to the end
 *   12  u16  bytes of the camera's name
 *   14  u16  0
 */
const FIXED_BYTES = 48;
const KINDS: readonly VideoKind[] = ['init', 'media', 'jpeg'];

/** One WebSocket message that holds the piece. */
export function encodeVideo(piece: VideoPiece): Uint8Array<ArrayBuffer> {
  const camera = new TextEncoder().encode(piece.camera);
  const metadata = new TextEncoder().encode(piece.metadata === undefined ? '' : JSON.stringify(piece.metadata));
  const payloadAt = FIXED_BYTES + camera.length + metadata.length;
  const message = new Uint8Array(payloadAt + piece.data.length);
  const view = new DataView(message.buffer);
  view.setUint8(0, 0x4c);
  view.setUint8(1, 1);
  view.setUint8(2, KINDS.indexOf(piece.kind) + 1);
  view.setUint8(3, piece.keyframe ? 1 : 0);
  view.setUint32(4, payloadAt, true);
  view.setUint32(8, piece.epoch, true);
  view.setUint16(12, camera.length, true);
  view.setFloat64(16, piece.seq, true);
  view.setFloat64(24, piece.pts, true);
  view.setFloat64(32, piece.capturedAt, true);
  view.setFloat64(40, piece.mediaTime, true);
  message.set(camera, FIXED_BYTES);
  message.set(metadata, FIXED_BYTES + camera.length);
  message.set(piece.data, payloadAt);
  return message;
}

/**
 * Reads one binary message; `data` of the result views `message`.
 * @throws LookoutError kind `protocol` when it is cut off, of another layout, or holds impossible numbers.
 */
export function decodeVideo(message: Uint8Array): VideoPiece {
  if (message.length < FIXED_BYTES) fail(`at least ${FIXED_BYTES} bytes`, `${message.length}`);
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  if (view.getUint8(0) !== 0x4c || view.getUint8(1) !== 1) {
    fail('first bytes 76 1', `${view.getUint8(0)} ${view.getUint8(1)}`);
  }
  const payloadAt = view.getUint32(4, true);
  const metadataAt = FIXED_BYTES + view.getUint16(12, true);
  if (payloadAt > message.length || metadataAt > payloadAt) {
    fail(`name and payload inside ${message.length} bytes`, `name to ${metadataAt}, payload from ${payloadAt}`);
  }
  const kind = KINDS[view.getUint8(2) - 1] ?? fail('kind 1, 2 or 3', `${view.getUint8(2)}`);
  const metadata = metadataOf(message.subarray(metadataAt, payloadAt));
  return {
    kind,
    camera: new TextDecoder().decode(message.subarray(FIXED_BYTES, metadataAt)),
    epoch: view.getUint32(8, true),
    seq: finite(view.getFloat64(16, true), 'seq'),
    pts: finite(view.getFloat64(24, true), 'pts'),
    capturedAt: finite(view.getFloat64(32, true), 'captured_at'),
    mediaTime: finite(view.getFloat64(40, true), 'media time'),
    keyframe: (view.getUint8(3) & 1) === 1,
    ...(metadata !== undefined && { metadata }),
    data: message.subarray(payloadAt),
  };
}

function metadataOf(bytes: Uint8Array): VideoMetadata | undefined {
  if (bytes.length === 0) return undefined;
  const text = new TextDecoder().decode(bytes);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Falls through to the one message below.
  }
  return fail('metadata that is a JSON object', JSON.stringify(text.slice(0, 60)));
}

function finite(value: number, name: string): number {
  return Number.isFinite(value) ? value : fail(`a finite ${name}`, `${value}`);
}

function fail(expected: string, got: string): never {
  throw new LookoutError('protocol', `video message: expected ${expected}, got ${got}`);
}
