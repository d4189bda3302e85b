import { rename, rm } from 'node:fs/promises';
import type { Logger } from '#core/logger.js';
import type { Observation } from '#core/observation.js';
import { SourceError } from '#core/source-error.js';
import { decodeCommand } from './decode-command.js';
import type { Decoded } from './decoder-run.js';
import { marksOf } from './drawing/marks.js';
import { styleFor } from './drawing/style.js';
import { YuvPainter } from './drawing/yuv-painter.js';
import { ffmpegVersion } from './ffmpeg-version.js';
import type { NetworkOptions } from './network.js';
import { ObservationTrack } from './observation-track.js';
import { probe, type VideoFacts } from './probe.js';
import { endOf, type SelectionOptions, selectionFilters } from './selection.js';
import { VideoStream } from './video-stream.js';
import { VideoWriter } from './video-writer.js';
import { coloursOf, evenSize, yuvFilters } from './yuv-filters.js';

export interface AnnotateVideoOptions extends NetworkOptions, Pick<SelectionOptions, 'start' | 'end'> {
  /** Rising in time. Frames without one show the last one before them, see {@link ObservationTrack}. */
  readonly observations: AsyncIterable<Observation>;
  /** The MP4 to write; it appears when it is whole. */
  readonly target: string;
  readonly facts?: VideoFacts;
  /** The source was being written when its writer was stopped: where it breaks off is its end. */
  readonly torn?: boolean;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** Told the number of frames written so far. */
  readonly progress?: (frames: number) => void;
}

const STALL_TIMEOUT_MS = 20_000;

/**
 * Writes an H.264 MP4 of a video (a file, or a URL that ends) with boxes, labels, scores and landmarks drawn in: every
 * frame at its own time, the sound kept, upright, odd sides grown by one pixel (4:2:0 has none). With `start` or `end` it is
 * the clip between them, sound included; its first frame is at zero where there is a `start`. Of a truncated source it holds
 * what can be decoded. Equal input gives equal bytes.
 * @returns the number of frames
 * @throws SourceError when the source cannot be read; LookoutError kind `output` when the MP4 cannot be written
 */
export async function annotateVideo(source: string, options: AnnotateVideoOptions): Promise<number> {
  const facts = options.facts ?? (await probe(source, options));
  const draft = `${options.target}.part`;
  try {
    const frames = await copy(facts, draft, options);
    await rename(draft, options.target);
    return frames;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function copy(facts: VideoFacts, draft: string, options: AnnotateVideoOptions): Promise<number> {
  const version = await ffmpegVersion();
  const stream = await decoded(facts, options);
  const track = new ObservationTrack(options.observations);
  let writer: VideoWriter | undefined;
  /** The writer begins with the first frame, which is the zero of a clip. */
  const open = async (first: number) => {
    const { start, end } = options;
    const range = { ...(start && { zero: first }), ...(end !== undefined && { until: endOf(facts, end) }) };
    const encoding = { target: draft, colours: coloursOf(facts), version, network: options, ...range };
    writer = await VideoWriter.open(facts, encoding);
    return writer;
  };
  try {
    const frames = await draw({ facts, stream, track, open, options });
    await writer?.finish();
    return frames;
  } finally {
    await Promise.all([stream.close(), track.close(), writer?.close()]);
  }
}

interface Drawing {
  readonly facts: VideoFacts;
  readonly stream: VideoStream<Decoded>;
  readonly track: ObservationTrack;
  readonly open: (first: number) => Promise<VideoWriter>;
  readonly options: AnnotateVideoOptions;
}

/** Draws frame by frame; while one is on its way to the encoder the next one is drawn. */
async function draw({ facts, stream, track, open, options }: Drawing): Promise<number> {
  const size = evenSize(facts.size);
  const style = styleFor(size);
  const painter = new YuvPainter(size, style, coloursOf(facts).matrix);
  let writer: VideoWriter | undefined;
  let writing = Promise.resolve();
  let frames = 0;
  try {
    for await (const { data, pts, ticks } of stream) {
      writer ??= await open(pts);
      const into = writer;
      painter.paint(data, marksOf(await track.at(pts), { size, style, measure: painter.measure }));
      await writing;
      writing = into.write(data, ticks).then(() => stream.recycle(data));
      writing.catch(() => undefined); // awaited in the next round or below
      frames += 1;
      options.progress?.(frames);
    }
  } catch (error) {
    const cut = error instanceof SourceError && (options.torn || error.fault === 'truncated') && frames > 0;
    if (!cut) throw error;
    options.logger?.warn(
      { source: facts.location.name, frames },
      'the annotated video ends where its source is cut off',
    );
  }
  await writing;
  return frames;
}

async function decoded(facts: VideoFacts, options: AnnotateVideoOptions): Promise<VideoStream<Decoded>> {
  const version = await ffmpegVersion();
  const { width, height } = evenSize(facts.size);
  const { start, end } = options;
  const range = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
  const filters = [...selectionFilters(facts, range, false), ...yuvFilters(facts, coloursOf(facts))];
  const { signal, logger, torn } = options;
  return new VideoStream({
    facts,
    build: () => decodeCommand(facts, { filters, network: options, threads: 1, version }),
    frameBytes: (width * height * 3) / 2,
    readAhead: 1,
    stallTimeoutMs: STALL_TIMEOUT_MS,
    ...(signal && { signal }),
    ...(logger && !torn && { logger }), // its end is torn, as is known
    frame: (frame) => frame,
  });
}
