import type { Fit } from '#core/card.js';
import { type InputSizes, sizeFor } from '#core/input-sizes.js';
import type { Letterbox } from '#core/letterbox.js';
import type { Size } from '#core/size.js';
import { SourceError } from '#core/source-error.js';
import type { FrameOutcome } from '#core/telemetry.js';
import type { VideoPiece } from '#core/video.js';
import { type AvcConfiguration, parseAvcc, toAnnexB } from '#media/h264/avcc.js';
import type { Turn } from '#media/h264/fmp4.js';
import { H264Remuxer, type Mp4Piece } from '#media/h264/remuxer.js';
import { type CodedSize, codedSize } from '#media/live/coded-size.js';
import type { LiveEvent } from '#media/live/live-source.js';
import type { NutStream } from '#media/nut-headers.js';
import { letterbox } from '#vision/letterbox.js';
import { type Arrival, FrameLedger } from './frame-ledger.js';
import { LagGuard } from './lag-guard.js';
import type { LiveFrame } from './live-frame.js';
import { PictureCheck } from './picture-check.js';

/** A coded picture with its stamp. */
export interface StampedPacket {
  readonly data: Uint8Array;
  readonly isKey: boolean;
  readonly arrival: Arrival;
}

/** Who takes what one connection gives. */
export interface ConnectionSink {
  /** `size`: as pictures are shown. */
  stream(stream: NutStream, facts: { readonly size: Size; readonly turn: Turn; readonly video: 'fmp4' | 'jpeg' }): void;
  /** Pictures have another size from now on. */
  resized(size: Size): void;
  packet(packet: StampedPacket): void;
  video(piece: VideoPiece): void;
  frame(frame: LiveFrame): void;
  /** A whole picture was decoded, whatever it shows. */
  alive(): void;
  /** A picture that is not analysed. */
  lost(outcome: Extract<FrameOutcome, 'skipped' | 'broken'>, data?: Uint8Array<ArrayBuffer>): void;
}

export interface ConnectionOptions {
  readonly camera: string;
  /** Redacted. */
  readonly source: string;
  readonly epoch: number;
  readonly input: InputSizes;
  readonly fit: Fit;
  /** false: its pictures are not decoded. */
  readonly isAnalysed: boolean;
  /** Pictures are left out on purpose. */
  readonly isSampled: boolean;
  readonly frozenMs: number;
  readonly maxLagMs: number;
}

const LAG_PATIENCE_MS = 3000;
const HEVC = /^(hevc|h265|hev1|hvc1)$/i;
const H264 = /^(h264|x264|avc[1-4]|davc)$/i;

/**
 * One connection of a camera, its epoch: numbers the pictures, joins each decoded frame to its packet, and makes the
 * pieces for viewers. A change of resolution keeps the epoch: each frame takes the size that the parameter sets gave at
 * its own packet, and viewers get a new `init`.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #sink: ConnectionSink;
  readonly #ledger: FrameLedger<{ data: Uint8Array<ArrayBuffer>; decodedAt: number }>;
  readonly #check: PictureCheck;
  readonly #lag: LagGuard;
  #stream: NutStream | undefined;
  #avcc: AvcConfiguration | undefined;
  #remuxer: H264Remuxer | undefined;
  #turn: Turn = 0;
  #codedSize: CodedSize = () => undefined;
  #size: Size | undefined;
  #fitted: Letterbox | undefined;
  /** ffmpeg's parser knows the end of a picture that came by RTP from the beginning of the next, and passes it on then. */
  #isHeldBack = false;
  #passedOnAt: number | undefined;
  #seq = 0;
  #sawKey = false;

  constructor(options: ConnectionOptions, sink: ConnectionSink) {
    this.#options = options;
    this.#sink = sink;
    this.#check = new PictureCheck(options.frozenMs);
    this.#lag = new LagGuard(options.maxLagMs, LAG_PATIENCE_MS);
    this.#ledger = new FrameLedger(
      ({ data, decodedAt }, arrival) => this.#decoded(data, decodedAt, arrival),
      ({ decodable }) => sink.lost(decodable && options.isSampled ? 'skipped' : 'broken'),
    );
  }

  /** @throws SourceError `frozen` or `stalled`: this connection is of no more use. */
  take(event: LiveEvent): void {
    if (event.kind === 'stream') this.#described(event);
    else if (event.kind === 'packet') this.#packet(event);
    else this.#ledger.decoded({ data: event.data, decodedAt: performance.now() }, event.pts);
  }

  /** Gives back what waits for a packet that will not come any more. */
  close(): void {
    for (const { data } of this.#ledger.drain()) this.#sink.lost('broken', data);
  }

  #described({ stream, turn }: Extract<LiveEvent, { kind: 'stream' }>): void {
    this.#stream = stream;
    this.#turn = turn;
    this.#size = turned(stream.size, turn);
    this.#codedSize = codedSize(stream);
    const isH264 = H264.test(stream.fourcc);
    this.#isHeldBack = this.#options.source.startsWith('rtsp') && (isH264 || HEVC.test(stream.fourcc));
    if (isH264) {
      this.#avcc = parseAvcc(stream.extra);
      this.#remuxer = new H264Remuxer(stream.decodeDelay, turn);
    }
    this.#sink.stream(stream, { size: this.#size, turn, video: isH264 ? 'fmp4' : 'jpeg' });
  }

  #packet({ data: raw, pts, isKey }: Extract<LiveEvent, { kind: 'packet' }>): void {
    const data = this.#avcc ? toAnnexB(raw, this.#avcc, isKey) : raw;
    const arrivedAt = performance.now();
    const begunAt = (this.#isHeldBack ? this.#passedOnAt : undefined) ?? arrivedAt;
    const capturedAt = Math.round(Date.now() - (arrivedAt - begunAt));
    const moment = { seq: this.#seq, pts, capturedAt, arrivedAt, begunAt };
    this.#passedOnAt = arrivedAt;
    this.#seq += 1;
    this.#sawKey ||= isKey;
    const pieces = this.#remux({ data, pts, keyframe: isKey });
    this.#resize(this.#codedSize(data, isKey));
    const arrival = { ...moment, size: this.#size!, decodable: this.#sawKey };
    for (const piece of pieces) this.#sink.video(this.#stamped(piece, arrival));
    this.#sink.packet({ data, isKey, arrival });
    if (this.#options.isAnalysed) this.#ledger.arrived(arrival);
    const lag = this.#lag.late(pts, moment.arrivedAt);
    if (lag === undefined) return;
    throw new SourceError('stalled', `${this.#options.source}: the stream is ${(lag / 1000).toFixed(1)} s behind`);
  }

  /** A damaged parameter set costs its picture, not the connection. */
  #remux(packet: { data: Uint8Array; pts: number; keyframe: boolean }): Mp4Piece[] {
    try {
      const pieces = this.#remuxer?.push(packet) ?? [];
      for (const { size } of pieces) this.#resize(size);
      return pieces;
    } catch (error) {
      if (error instanceof RangeError) return [];
      throw error;
    }
  }

  /** @param coded as the packet says it, before it is turned */
  #resize(coded: Size | undefined): void {
    if (!coded) return;
    const { width, height } = turned(coded, this.#turn);
    if (width === this.#size!.width && height === this.#size!.height) return;
    this.#size = { width, height };
    this.#sink.resized(this.#size);
  }

  #stamped({ kind, data, keyframe, mediaTime, mime }: Mp4Piece, { seq, pts, capturedAt }: Arrival): VideoPiece {
    const { camera, epoch } = this.#options;
    return {
      ...{ kind, camera, epoch, seq, pts, capturedAt, mediaTime, keyframe },
      ...(mime !== undefined && { metadata: { mime } }),
      data,
    };
  }

  #decoded(data: Uint8Array<ArrayBuffer>, decodedAt: number, arrival: Arrival): void {
    const { camera, source, epoch } = this.#options;
    const { seq, pts, capturedAt, arrivedAt, size, decodable } = arrival;
    const fitted = this.#letterbox(size);
    if (decodable) this.#sink.alive();
    const isWhole = data.length === 3 * fitted.input.width * fitted.input.height;
    const verdict = decodable && isWhole ? this.#check.look(data, fitted, decodedAt) : 'blank';
    if (verdict !== 'fine') this.#sink.lost('broken', data);
    if (verdict === 'frozen') throw new SourceError('frozen', `${source}: the picture does not change any more`);
    if (verdict !== 'fine') return;
    const stamp = { source, camera, epoch, seq, pts, capturedAt, size };
    this.#sink.frame({ stamp, letterbox: fitted, data, arrivedAt, decodedAt });
  }

  #letterbox(source: Size): Letterbox {
    if (this.#fitted?.source === source) return this.#fitted;
    const { input, fit } = this.#options;
    const { sampleAspect: coded } = this.#stream!;
    const sampleAspect = this.#turn % 180 === 0 ? coded : 1 / coded;
    this.#fitted = letterbox({ source, input: sizeFor(input, source, sampleAspect), fit, sampleAspect });
    return this.#fitted;
  }
}

function turned({ width, height }: Size, turn: Turn): Size {
  return turn % 180 === 0 ? { width, height } : { width: height, height: width };
}
