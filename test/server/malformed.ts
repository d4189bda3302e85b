import type { Random } from '#core/random.js';
import { encodeVideo } from '#core/video-message.js';
import { readClientMessage } from '#server/protocol.js';

const VALID = [
  '{"type":"subscribe","cameras":["gate"],"observations":true,"video":"fmp4"}',
  '{"type":"unsubscribe","cameras":["*"]}',
  '{"type":"publish","camera":"laptop"}',
];
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  '\u0000',
  'a'.repeat(3000),
  [],
  {},
  [[[]]],
  { toString: 1 },
  '__proto__',
  'constructor',
];
const KEYS = ['type', 'cameras', 'camera', 'video', 'observations', '__proto__', 'constructor', 'toJSON'];

/** One malformed message to the WebSocket: text or bytes. */
export function malformed(random: Random): string | Uint8Array {
  const bytes = () => Uint8Array.from({ length: random.below(200) }, () => random.below(256));
  const makers = [
    () => random.pick(VALID).slice(0, random.below(30)),
    () => {
      const text = [...random.pick(VALID)];
      text[random.below(text.length)] = String.fromCharCode(random.below(0x250));
      return text.join('');
    },
    () =>
      JSON.stringify({
        type: random.pick([...VALUES, 'subscribe', 'publish', 'hello']),
        cameras: random.pick(VALUES),
        camera: random.pick(VALUES),
      }),
    () => JSON.stringify({ ...JSON.parse(random.pick(VALID)), [random.pick(KEYS)]: random.pick(VALUES) }),
    () => '['.repeat(random.below(20_000)),
    () => `{"type":"subscribe","cameras":[${'"gate",'.repeat(random.below(400))}"gate"]}`.replace('"gate"]', '7]'),
    () => `"${'x'.repeat(random.below(100_000))}"`,
    () => Buffer.from(bytes()).toString('latin1'),
    bytes,
    () => {
      const message = encodeVideo({
        kind: 'jpeg',
        camera: 'gate',
        epoch: 1,
        seq: 0,
        pts: 0,
        capturedAt: 0,
        mediaTime: 0,
        keyframe: true,
        data: bytes(),
      });
      message[random.below(48)] = random.below(256);
      return message.subarray(0, random.below(message.length));
    },
  ];
  for (;;) {
    const message = random.pick(makers)();
    if (typeof message !== 'string' || typeof readClientMessage(message) === 'string') return message;
  }
}
