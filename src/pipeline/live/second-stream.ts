import { Observable, type Subscription } from 'rxjs';
import type { AnalysisStream, DecoderReport } from '#core/camera.js';
import { inputSizes } from '#core/input-sizes.js';
import type { Letterbox } from '#core/letterbox.js';
import type { Size } from '#core/size.js';
import type { HardwareDecoder } from '#media/hwaccel.js';
import { locate } from '#media/location.js';
import { type Fault, reconnecting } from '#operators/reconnecting.js';
import type { CameraPlan } from './camera-plan.js';
import { Connection } from './connection.js';
import { decoderReport } from './decoder-report.js';
import { causeOf, isWorthALine, wordsOf } from './fault.js';
import type { Arrival } from './frame-ledger.js';
import type { LiveShared } from './live-camera.js';
import type { LiveFrame } from './live-frame.js';
import { backOffOf, isLive, openStream, readStream } from './open-stream.js';
import { StreamClocks } from './stream-clocks.js';

/** Who takes what the second stream gives. */
export interface SecondStreamSink {
  /** A frame of the second stream, as one of the first: its stamp and its pixels are those of the viewers' picture. */
  frame(frame: LiveFrame): void;
  changed(status: AnalysisStream): void;
  decoder(report: DecoderReport): void;
}

/**
 * A second, smaller stream of the same camera that is analysed in place of the first. It is connected and comes back on its
 * own: viewers go on seeing the first while it is away. Both show the same view, whatever their sizes and shapes.
 */
export class SecondStream {
  readonly #plan: CameraPlan;
  readonly #url: string;
  readonly #shared: LiveShared;
  readonly #sink: SecondStreamSink;
  readonly #clocks: StreamClocks<LiveFrame>;
  #status: AnalysisStream;
  #subscription: Subscription | undefined;
  #hardware: HardwareDecoder | undefined;
  #firstEpoch = 0;
  #epoch = 0;

  constructor(plan: CameraPlan, url: string, shared: LiveShared, sink: SecondStreamSink) {
    this.#plan = plan;
    this.#url = url;
    this.#shared = shared;
    this.#sink = sink;
    this.#status = { source: locate(url).name, state: 'connecting', message: 'connecting' };
    this.#clocks = new StreamClocks({
      placed: (frame, picture) => sink.frame(this.#shownAs(frame, picture)),
      passed: (frame) => this.#lost('skipped', frame.data),
    });
  }

  start(): void {
    this.#change({ state: 'connecting', message: 'connecting' });
    this.#subscription = reconnecting(
      () => this.#connection(),
      backOffOf(this.#plan, this.#shared, this.#url),
      (fault) => this.#away(fault),
    ).subscribe();
  }

  stop(): void {
    this.#subscription?.unsubscribe();
    this.#clocks.secondConnected();
  }

  /** The first stream is connected anew. */
  firstConnected(epoch: number): void {
    this.#firstEpoch = epoch;
    this.#clocks.firstConnected();
  }

  /** A picture of the first stream arrived. */
  picture(arrival: Arrival): void {
    this.#clocks.picture(arrival);
  }

  #connection(): Observable<true> {
    const { card, settings } = this.#shared;
    const { camera, fps } = this.#plan;
    const isCamera = isLive(this.#url);
    this.#epoch += 1;
    this.#clocks.secondConnected();
    return new Observable<true>((subscriber) => {
      const connection = new Connection(
        {
          ...{ camera, source: this.#status.source, epoch: this.#epoch, input: inputSizes(card), fit: card.input.fit },
          ...{ isAnalysed: true, isSampled: fps !== undefined },
          ...{ frozenMs: isCamera ? settings.frozenMs : 0, maxLagMs: isCamera ? settings.maxLagMs : 0 },
        },
        {
          stream: ({ fourcc }, { size }) => {
            if (this.#hardware) this.#sink.decoder(decoderReport(this.#hardware, fourcc));
            this.#change({ ...this.#status, size });
          },
          resized: (size) => this.#change({ ...this.#status, size }),
          packet: ({ arrival }) => this.#clocks.packet(arrival),
          video: () => {},
          frame: (frame) => this.#clocks.frame(frame, frame.stamp.pts, frame.decodedAt),
          alive: () => {
            subscriber.next(true);
            this.#live();
          },
          lost: (outcome, data) => this.#lost(outcome, data),
        },
      );
      const events = openStream(this.#plan, this.#shared, {
        ...{ source: this.#url, analyse: true },
        hardware: (decoder) => {
          this.#hardware = decoder;
        },
      });
      return readStream(events, connection, subscriber);
    });
  }

  #shownAs(frame: LiveFrame, { seq, pts, capturedAt, size }: Arrival): LiveFrame {
    const stamp = { ...frame.stamp, source: locate(this.#plan.source).name, epoch: this.#firstEpoch };
    return {
      ...frame,
      stamp: { ...stamp, seq, pts, capturedAt, size },
      letterbox: scaledTo(frame.letterbox, size),
    };
  }

  #live(): void {
    if (this.#status.state === 'live') return;
    const { source, size } = this.#status;
    this.#shared.logger.info({ camera: this.#plan.camera, source }, 'the stream for the analysis is live');
    this.#change({ state: 'live', message: 'live', ...(size && { size }) });
  }

  #away({ error, attempts, waitMs }: Fault): void {
    const { camera } = this.#plan;
    const cause = causeOf(error);
    const words = wordsOf(error, this.#status.source);
    this.#shared.telemetry.reconnect(camera, cause);
    const level = isWorthALine(attempts) || cause !== this.#status.cause ? 'warn' : 'debug';
    this.#shared.logger[level]({ camera, cause, attempts, retryInMs: waitMs }, `stream for the analysis: ${words}`);
    const message = `${words}; attempt ${attempts + 1} in ${(waitMs / 1000).toFixed(1)} s`;
    this.#change({ state: 'reconnecting', cause, message });
  }

  #change(status: Omit<AnalysisStream, 'source'>): void {
    this.#status = { ...status, source: this.#status.source };
    this.#sink.changed(this.#status);
  }

  #lost(outcome: 'skipped' | 'broken', data?: Uint8Array<ArrayBuffer>): void {
    this.#shared.telemetry.frame(this.#plan.camera, outcome);
    if (data) this.#shared.pool.give(data);
  }
}

/** The same place in the model's input, for boxes in pixels of a picture of another size and the same view. */
function scaledTo(fitted: Letterbox, source: Size): Letterbox {
  const scaleX = (fitted.scaleX * fitted.source.width) / source.width;
  const scaleY = (fitted.scaleY * fitted.source.height) / source.height;
  return { ...fitted, source, scaleX, scaleY };
}
