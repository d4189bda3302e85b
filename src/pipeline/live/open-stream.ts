import { defer, finalize, type Observable, type Subscriber, type Subscription, switchMap, tap } from 'rxjs';
import { inputSizes } from '#core/input-sizes.js';
import { type HardwareDecoder, hardwareDecoder } from '#media/hwaccel.js';
import { reachedAgain } from '#media/knock.js';
import { type LiveEvent, liveSource } from '#media/live/live-source.js';
import { locate } from '#media/location.js';
import type { BackOff } from '#operators/reconnecting.js';
import type { CameraPlan } from './camera-plan.js';
import type { Connection } from './connection.js';
import type { LiveShared } from './live-camera.js';

const JITTER = 0.2;

export interface StreamChoice {
  /** A URL, credentials included, a device or a file. */
  readonly source: string;
  /** false: packets only, nothing is decoded. */
  readonly analyse: boolean;
  /** Told before the first packet what decodes in hardware, where that is asked for. */
  readonly hardware: (decoder: HardwareDecoder) => void;
}

/** Opens a stream of a camera. Hardware is tried out before the first connection; what does not work there, the CPU decodes. */
export function openStream(plan: CameraPlan, shared: LiveShared, choice: StreamChoice): Observable<LiveEvent> {
  const { hwaccel } = plan;
  if (hwaccel === undefined || !choice.analyse) return opened(plan, shared, choice);
  return defer(() => hardwareDecoder(hwaccel)).pipe(
    switchMap((hardware) => {
      choice.hardware(hardware);
      return opened(plan, shared, choice, hardware.name);
    }),
  );
}

function opened(
  { fps, loop, transport, fromPage }: CameraPlan,
  { card, pool, settings, pageRules }: LiveShared,
  { source, analyse }: StreamChoice,
  hwaccel?: string,
): Observable<LiveEvent> {
  const { fit, padding } = card.input;
  return liveSource(source, {
    ...{ pool, input: inputSizes(card), fit, padding, loop, analyse, rtspTransport: transport },
    ...{ timeoutMs: settings.connectTimeoutMs, stallTimeoutMs: settings.stallTimeoutMs },
    ...(fps !== undefined && { fps }),
    ...(fromPage && { rules: pageRules }),
    ...(hwaccel !== undefined && { hwaccel }),
  });
}

/** Hands what a stream brings to its connection, which is closed with it; how it ends is told to `subscriber`. */
export function readStream(
  events: Observable<LiveEvent>,
  connection: Pick<Connection, 'take' | 'close'>,
  subscriber: Subscriber<true>,
): Subscription {
  return events
    .pipe(
      tap((event) => connection.take(event)),
      finalize(() => connection.close()),
    )
    .subscribe({ error: (error) => subscriber.error(error), complete: () => subscriber.complete() });
}

/** How a stream of a camera is connected anew: as soon as it can be reached again, in steps while it is there and fails. */
export function backOffOf({ fromPage }: CameraPlan, { settings, pageRules }: LiveShared, source: string): BackOff {
  return {
    ...{ stepsMs: settings.reconnectMs, jitter: JITTER, random: Math.random },
    over: ({ error }) => reachedAgain(source, { error, ...(fromPage && { rules: pageRules }) }),
  };
}

/** Whether a source runs on its own clock, whoever reads it. */
export function isLive(source: string): boolean {
  const { live, remote } = locate(source);
  return live || remote;
}
