import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { CAMERA_STATES, type CameraState, FAULT_CAUSES, type FaultCause } from '#core/camera.js';
import { FRAME_OUTCOMES, type FrameOutcome, STAGES, type Stage, type Telemetry } from '#core/telemetry.js';
import type { ParcelKind } from './parcel.js';

/** The server's own figures. */
export interface ServerMetrics {
  clients(count: number): void;
  sent(kind: ParcelKind): void;
  dropped(kind: ParcelKind, count: number): void;
  /** A client was cut off. */
  cut(reason: 'dead' | 'malformed' | 'too-fast'): void;
  request(route: string, status: number, seconds: number): void;
  loginFailed(): void;
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** All that `/metrics` tells (Prometheus text, base units): the pipeline's telemetry and the server's figures. */
export class Metrics implements Telemetry, ServerMetrics {
  readonly registry = new Registry();
  readonly #stage = this.#histogram(
    'lookout_stage_seconds',
    'Time of a frame in one stage.',
    ['camera', 'stage'],
    SECONDS,
  );
  readonly #endToEnd = this.#histogram(
    'lookout_end_to_end_seconds',
    "From a frame's arrival to its observation in the viewers' queues.",
    ['camera'],
    SECONDS,
  );
  readonly #batch = this.#histogram('lookout_batch_size', 'Frames per inference.', [], [1, 2, 3, 4, 6, 8, 12, 16, 32]);
  readonly #frames = this.#counter('lookout_frames_total', 'Frames by what became of them.', ['camera', 'outcome']);
  readonly #reconnects = this.#counter('lookout_reconnects_total', 'Reconnects by cause.', ['camera', 'cause']);
  readonly #state = this.#gauge('lookout_camera_state', '1 for the state that a camera is in.', ['camera', 'state']);
  readonly #model = this.#gauge('lookout_model_info', 'The loaded model.', ['name', 'sha256', 'device']);
  readonly #build = this.#gauge('lookout_build_info', 'The running program.', ['version', 'node']);
  readonly #clients = this.#gauge('lookout_clients', 'Connected WebSocket clients.', []);
  readonly #sent = this.#counter('lookout_messages_sent_total', 'WebSocket messages sent.', ['kind']);
  readonly #dropped = this.#counter('lookout_messages_dropped_total', 'Messages that slow clients lost.', ['kind']);
  readonly #cut = this.#counter('lookout_clients_cut_total', 'Clients that were cut off.', ['reason']);
  readonly #requests = this.#histogram('lookout_http_request_seconds', 'HTTP requests.', ['route', 'status'], SECONDS);
  readonly #loginFailures = this.#counter('lookout_login_failures_total', 'Wrong tokens.', []);

  /** @param options.process also publish memory, CPU, event loop and garbage collection of the process */
  constructor(options: { readonly version: string; readonly process?: boolean }) {
    this.#build.set({ version: options.version, node: process.version }, 1);
    if (options.process === true) collectDefaultMetrics({ register: this.registry });
  }

  stage(camera: string, stage: Stage, seconds: number): void {
    this.#stage.observe({ camera, stage }, seconds);
  }

  endToEnd(camera: string, seconds: number): void {
    this.#endToEnd.observe({ camera }, seconds);
  }

  frame(camera: string, outcome: FrameOutcome): void {
    this.#frames.inc({ camera, outcome });
  }

  batch(size: number): void {
    this.#batch.observe(size);
  }

  reconnect(camera: string, cause: FaultCause): void {
    this.#reconnects.inc({ camera, cause });
  }

  state(camera: string, state: CameraState): void {
    for (const other of CAMERA_STATES) this.#state.set({ camera, state: other }, other === state ? 1 : 0);
  }

  model(info: { readonly name: string; readonly sha256: string; readonly device: string }): void {
    this.#model.reset();
    this.#model.set({ ...info }, 1);
  }

  clients(count: number): void {
    this.#clients.set(count);
  }

  sent(kind: ParcelKind): void {
    this.#sent.inc({ kind });
  }

  dropped(kind: ParcelKind, count: number): void {
    this.#dropped.inc({ kind }, count);
  }

  cut(reason: 'dead' | 'malformed' | 'too-fast'): void {
    this.#cut.inc({ reason });
  }

  request(route: string, status: number, seconds: number): void {
    this.#requests.observe({ route, status: String(status) }, seconds);
  }

  loginFailed(): void {
    this.#loginFailures.inc();
  }

  /** Takes every series of a camera away. */
  forget(camera: string): void {
    for (const stage of STAGES) this.#stage.remove({ camera, stage });
    for (const outcome of FRAME_OUTCOMES) this.#frames.remove({ camera, outcome });
    for (const cause of FAULT_CAUSES) this.#reconnects.remove({ camera, cause });
    for (const state of CAMERA_STATES) this.#state.remove({ camera, state });
    this.#endToEnd.remove({ camera });
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, labelNames: string[], buckets: number[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}
