import { Observable, Subject, type Subscription } from 'rxjs';
import type { CameraStatus, DecoderReport } from '#core/camera.js';
import type { Unsubscribe } from '#core/camera-port.js';
import type { Card } from '#core/card.js';
import { LookoutError } from '#core/errors.js';
import { inputSizes } from '#core/input-sizes.js';
import type { Logger } from '#core/logger.js';
import type { SourceRules } from '#core/source-rules.js';
import type { Telemetry } from '#core/telemetry.js';
import type { VideoPiece } from '#core/video.js';
import type { BufferPool } from '#media/buffer-pool.js';
import type { HardwareDecoder } from '#media/hwaccel.js';
import { locate } from '#media/location.js';
import type { NutStream } from '#media/nut-headers.js';
import { type Fault, reconnecting } from '#operators/reconnecting.js';
import { CameraAnalysis } from './camera-analysis.js';
import type { CameraPlan, LiveSettings } from './camera-plan.js';
import { Connection, type ConnectionSink } from './connection.js';
import { decoderReport } from './decoder-report.js';
import { causeOf, isWorthALine, wordsOf } from './fault.js';
import type { LiveFrame } from './live-frame.js';
import { backOffOf, isLive, openStream, readStream } from './open-stream.js';
import type { Outlet } from './outlet.js';
import { PictureGroup } from './picture-group.js';
import { PictureMaker } from './picture-maker.js';
import { RateMeter } from './rate-meter.js';
import { SecondStream } from './second-stream.js';
import type { SharedInference } from './shared-inference.js';

/** What all cameras have in common. */
export interface LiveShared {
  readonly card: Card;
  readonly inference: SharedInference;
  readonly pool: BufferPool;
  readonly settings: LiveSettings;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  /** What is open to the page. */
  readonly pageRules: SourceRules;
}

const MOST_GROUP_BYTES = 16 * 2 ** 20;
/** A camera that nobody watches any more is let go after this. */
const PAUSE_AFTER_MS = 10_000;

/** One camera: connected, watched over and analysed until it is closed. */
export class LiveCamera {
  readonly outlet: Outlet;
  readonly #plan: CameraPlan;
  readonly #shared: LiveShared;
  readonly #source: string;
  readonly #analysis: CameraAnalysis;
  readonly #pictures: PictureMaker;
  readonly #frames = new Subject<LiveFrame>();
  readonly #group = new PictureGroup<VideoPiece>(MOST_GROUP_BYTES);
  readonly #arriving = new RateMeter();
  readonly #second: SecondStream | undefined;
  #hardware: HardwareDecoder | undefined;
  #init: VideoPiece | undefined;
  #subscription: Subscription | undefined;
  #pause: NodeJS.Timeout | undefined;
  #epoch = 0;
  #attempts = 0;

  /** @param outlet where the camera's listeners stand; it outlives a change of the plan */
  constructor(plan: CameraPlan, shared: LiveShared, outlet: Outlet) {
    this.#plan = plan;
    this.#shared = shared;
    this.#source = locate(plan.source).name;
    this.outlet = outlet;
    this.#epoch = outlet.status.epoch;
    const { pictureSide: mostSide } = shared.settings;
    this.#pictures = new PictureMaker({ outlet, mostSide, logger: shared.logger });
    this.#analysis = new CameraAnalysis(plan, shared, this.#frames, (observation) => {
      this.#pictures.observed(observation);
      this.outlet.tell('observation', observation);
    });
    this.outlet.onListeners = () => this.#listenersChanged();
    const { analysisSource } = plan;
    if (analysisSource === undefined) return;
    this.#second = new SecondStream(plan, analysisSource, shared, {
      frame: (frame) => this.#framed(frame),
      changed: (analysis) => this.outlet.change({ analysis }),
      decoder: (report) => this.#decodedBy(report),
    });
  }

  /** Begins to connect, or waits until somebody watches where that is configured. */
  start(): void {
    const unknown = { video: undefined, size: undefined, decoder: undefined, analysis: undefined };
    this.outlet.change({ source: this.#source, ...unknown });
    this.#shared.telemetry.state(this.#plan.camera, 'connecting');
    if (this.#shared.settings.pauseUnwatched && !this.outlet.watched) this.#paused();
    else this.#connect();
  }

  /** Ends the connection; the child of ffmpeg is gone a moment later (`liveSourcesEnded`). Idempotent. */
  close(): void {
    clearTimeout(this.#pause);
    this.outlet.onListeners = () => {};
    this.#disconnect();
    this.#frames.complete();
    this.#analysis.close();
    this.#pictures.close();
  }

  /** The camera's fragmented MP4, from its newest key frame on. */
  onVideo(listener: (piece: VideoPiece) => void): Unsubscribe {
    if (this.#init) for (const piece of [this.#init, ...this.#group.items]) listener(piece);
    return this.outlet.listen('video', listener);
  }

  picture(boxes: boolean): Promise<VideoPiece | undefined> {
    return this.#pictures.latest(boxes);
  }

  /** Brings the rates up to date; called every second or two. */
  tick(nowMs: number): void {
    const { fps, analysisFps } = this.outlet.status;
    const now = { fps: this.#arriving.rate(nowMs), analysisFps: this.#analysis.rate(nowMs) };
    if (now.fps !== fps || now.analysisFps !== analysisFps) this.outlet.change(now);
  }

  #connect(): void {
    this.#change({ state: 'connecting', message: 'connecting', cause: undefined });
    this.#subscription = reconnecting(
      () => this.#connection(),
      backOffOf(this.#plan, this.#shared, this.#plan.source),
      (fault) => this.#lost(fault),
    ).subscribe();
    this.#second?.start();
  }

  #disconnect(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#second?.stop();
  }

  /** Epochs go on counting over pauses. Emits once a picture has come, which makes the steps of waiting begin anew. */
  #connection(): Observable<true> {
    this.#epoch += 1;
    const { card, settings } = this.#shared;
    const { camera, source, fps } = this.#plan;
    const { frozenMs, maxLagMs } = settings;
    const isCamera = isLive(source);
    this.outlet.change({ epoch: this.#epoch });
    this.#second?.firstConnected(this.#epoch);
    return new Observable<true>((subscriber) => {
      const alive = () => {
        subscriber.next(true);
        this.#live();
      };
      const connection = new Connection(
        {
          ...{ camera, source: this.#source, epoch: this.#epoch, input: inputSizes(card), fit: card.input.fit },
          ...{ isAnalysed: !this.#second, isSampled: fps !== undefined },
          ...{ frozenMs: isCamera ? frozenMs : 0, maxLagMs: isCamera ? maxLagMs : 0 },
        },
        {
          stream: (stream, facts) => this.#described(stream, facts),
          resized: (size) => this.outlet.change({ size }),
          packet: (packet) => {
            this.#arriving.count();
            this.#pictures.packet(packet);
            this.#second?.picture(packet.arrival);
            if (this.#second && packet.arrival.decodable) alive();
          },
          video: (piece) => this.#filmed(piece),
          frame: (frame) => this.#framed(frame),
          alive,
          lost: (outcome, data) => {
            this.#shared.telemetry.frame(camera, outcome);
            if (data) this.#shared.pool.give(data);
          },
        },
      );
      const events = openStream(this.#plan, this.#shared, {
        ...{ source, analyse: !this.#second },
        hardware: (decoder) => {
          this.#hardware = decoder;
        },
      });
      return readStream(events, connection, subscriber);
    });
  }

  #described(stream: NutStream, { size, turn, video: kind }: Parameters<ConnectionSink['stream']>[1]): void {
    this.#group.clear();
    this.#init = undefined;
    this.#pictures.connected(stream, turn);
    const video = kind === 'jpeg' ? { kind, mime: 'image/jpeg' } : undefined;
    this.outlet.change({ size, video });
    if (this.#hardware) this.#decodedBy(decoderReport(this.#hardware, stream.fourcc));
  }

  #decodedBy(decoder: DecoderReport): void {
    this.#shared.logger.info({ camera: this.#plan.camera, ...decoder }, 'decoder');
    this.outlet.change({ decoder });
  }

  #framed(frame: LiveFrame): void {
    this.outlet.stamp(frame.stamp);
    this.#frames.next(frame);
  }

  #filmed(piece: VideoPiece): void {
    if (piece.kind === 'init') {
      this.#init = piece;
      this.#group.clear();
      this.outlet.change({ video: { kind: 'fmp4', mime: piece.metadata?.mime ?? 'video/mp4' } });
    } else this.#group.push(piece, piece.data.length, piece.keyframe);
    this.outlet.tell('video', piece);
  }

  #live(): void {
    this.#attempts = 0;
    if (this.outlet.status.state === 'live') return;
    this.#shared.logger.info({ camera: this.#plan.camera, epoch: this.#epoch }, 'live');
    const gone = { cause: undefined, attempts: undefined, retryInMs: undefined };
    this.#change({ state: 'live', message: 'live', ...gone });
  }

  #lost({ error, waitMs }: Fault): void {
    const { camera, loop, source } = this.#plan;
    const { telemetry, logger } = this.#shared;
    const cause = causeOf(error);
    const words = wordsOf(error, this.#source);
    telemetry.reconnect(camera, cause);
    this.#pictures.disconnected();
    if (error instanceof LookoutError === false && error !== undefined) logger.error({ camera, err: error }, 'failed');
    if (cause === 'ended' && !loop && !isLive(source)) {
      this.#change({ state: 'ended', cause, message: words, attempts: undefined, retryInMs: undefined });
      queueMicrotask(() => this.#disconnect());
      return;
    }
    this.#attempts += 1;
    const message = `${words}; attempt ${this.#attempts + 1} in ${(waitMs / 1000).toFixed(1)} s`;
    const level = isWorthALine(this.#attempts) || cause !== this.outlet.status.cause ? 'warn' : 'debug';
    logger[level]({ camera, cause, attempts: this.#attempts, retryInMs: waitMs }, words);
    this.#change({ state: 'reconnecting', cause, message, attempts: this.#attempts, retryInMs: waitMs });
  }

  #listenersChanged(): void {
    this.#pictures.listenersChanged();
    if (!this.#shared.settings.pauseUnwatched) return;
    clearTimeout(this.#pause);
    if (!this.outlet.watched) {
      this.#pause = setTimeout(() => this.#paused(), PAUSE_AFTER_MS);
      this.#pause.unref();
    } else if (this.outlet.status.state === 'paused') this.#connect();
  }

  #paused(): void {
    this.#disconnect();
    this.#pictures.disconnected();
    const gone = {
      cause: undefined,
      attempts: undefined,
      retryInMs: undefined,
      fps: undefined,
      analysisFps: undefined,
    };
    this.#change({ state: 'paused', message: 'nobody watches', ...gone });
  }

  #change(more: Parameters<Outlet['change']>[0] & Pick<CameraStatus, 'state'>): void {
    const changed = more.state !== this.outlet.status.state;
    this.outlet.change(more);
    if (changed) this.#shared.telemetry.state(this.#plan.camera, more.state);
  }
}
