import type { Frame } from '#core/frame.js';
import { sizeFor } from '#core/input-sizes.js';
import type { FrameSource, SourceInfo } from '#core/source.js';
import { SourceError } from '#core/source-error.js';
import { parseTime } from '#core/time-code.js';
import { letterbox } from '#vision/letterbox.js';
import { cameraCommand } from './camera-command.js';
import type { Decoded } from './decoder-run.js';
import { ffmpegVersion } from './ffmpeg-version.js';
import type { LiveAnswer } from './http/live-answer.js';
import type { Location } from './location.js';
import type { NutStream } from './nut-headers.js';
import type { OpenVideoOptions } from './open-video.js';
import { VideoStream } from './video-stream.js';

/** A decoded picture and when it came, ms since 1970. */
type Arrived = Decoded & { readonly capturedAt: number };

/**
 * Opens what never ends by itself: one connection, which is made here or has been made (`stdin`). What a probe would find (cameras count their
 * connections) stands at the head of what comes over it.
 *
 * Frames come with the source's own timestamps; `start` and `end` count from the first of them.
 * @throws SourceError when it cannot be opened or sends no picture; LookoutError kind `config` without a working ffmpeg or
 * an asked hardware decoder
 */
export async function openCamera(
  { location, ...answer }: LiveAnswer,
  options: OpenVideoOptions & { readonly stallTimeoutMs: number },
): Promise<FrameSource> {
  const { input, fit, padding = 114, readAhead = 1, stallTimeoutMs, signal, logger } = options;
  const version = await ffmpegVersion().catch((error: unknown) => {
    answer.stdin?.destroy();
    throw error;
  });
  const command = cameraCommand(location, { ...options, ...answer, padding, version });
  let tell: (head: NutStream) => void = () => undefined;
  const head = new Promise<NutStream>((resolve) => {
    tell = resolve;
  });
  const stream = new VideoStream<Arrived>({
    facts: { location },
    build: () => command,
    readAhead,
    stallTimeoutMs,
    ...(signal && { signal }),
    ...(logger && { logger }),
    packets: { allocate: (bytes) => new Uint8Array(bytes), stream: tell, frame: () => true },
    frame: (decoded) => ({ ...decoded, capturedAt: Date.now() }),
  });
  const pictures = stream[Symbol.asyncIterator]();
  let first: IteratorResult<Arrived, undefined>;
  let known: NutStream;
  try {
    first = await pictures.next();
    known = await Promise.race([head, headless(stream, location)]);
  } catch (error) {
    answer.stdin?.destroy();
    await stream.close();
    throw error;
  }
  const { size, sampleAspect, fourcc } = known;
  const fitted = letterbox({ source: size, input: sizeFor(input, size, sampleAspect), fit, sampleAspect });
  const frame = ({ data, pts, capturedAt }: Arrived, seq: number): Frame => ({
    stamp: { source: location.name, ...identityOf(options), seq, pts, capturedAt, size },
    letterbox: fitted,
    data,
  });
  const info: SourceInfo = { kind: 'live', size, codec: fourcc.toLowerCase() };
  return {
    info,
    recycle: (data) => stream.recycle(data),
    close: () => stream.close(),
    [Symbol.asyncIterator]: () =>
      wanted({ first, pictures, stream, frame, answer: { location, ...answer }, ...options }),
  };
}

/** Rejects once the stream has ended: its head will not come any more. */
async function headless({ ending }: VideoStream<Arrived>, { name }: Location): Promise<never> {
  await ending;
  throw new SourceError('decoder-died', `${name}: ffmpeg ended without a word of what its stream is`);
}

function identityOf({ camera, epoch }: Pick<OpenVideoOptions, 'camera' | 'epoch'>) {
  return { ...(camera !== undefined && { camera }), ...(epoch !== undefined && { epoch }) };
}

interface Wanted extends Pick<OpenVideoOptions, 'start' | 'end'> {
  readonly first: IteratorResult<Arrived, undefined>;
  readonly pictures: AsyncIterator<Arrived, undefined>;
  readonly stream: VideoStream<Arrived>;
  readonly answer: LiveAnswer;
  readonly frame: (picture: Arrived, seq: number) => Frame;
}

/** The frames from `start` until `end`, where the connection is closed. */
async function* wanted({
  first,
  pictures,
  stream,
  answer,
  frame,
  start = 0,
  end,
}: Wanted): AsyncGenerator<Frame, undefined> {
  const origin = first.value?.pts ?? 0;
  const from = origin + parseTime(start);
  const until = end === undefined ? Number.POSITIVE_INFINITY : origin + parseTime(end);
  try {
    let seq = 0;
    let next = first;
    for (; !next.done && next.value.pts < until; next = await pictures.next()) {
      if (next.value.pts >= from) yield frame(next.value, seq++);
      else stream.recycle(next.value.data);
    }
    const { location, stdin } = answer;
    if (next.done && stdin?.errored) throw new SourceError('ended', `${location.name}: the connection broke off`);
  } finally {
    await stream.close();
  }
}
