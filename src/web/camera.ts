import type { CameraRecord, ClientMessage, VideoChoice } from '#core/message.js';
import type { ObservationRecord } from '#core/record.js';
import type { Size } from '#core/size.js';
import type { VideoPiece } from '#core/video.js';
import type { Drawing, Look } from './drawing/overlay.js';
import { Screen } from './drawing/screen.js';
import { TRAIL_SECONDS, trailsOf } from './drawing/trails.js';
import type { Boxes } from './playout/choice.js';
import { ObservationLog } from './playout/observation-log.js';
import { PaceKeeper } from './playout/pace.js';
import type { FrameStamp } from './playout/timeline.js';
import { Figures } from './state/figures.js';
import { canPlay } from './video/film.js';
import { FilmPlayer } from './video/film-player.js';
import { JpegPlayer } from './video/jpeg-player.js';

export interface CameraOptions {
  readonly look: Omit<Look, 'ratio'>;
  send(message: ClientMessage): void;
  /** The server's clock, ms since the Unix epoch; undefined before it is known. */
  serverTime(): number | undefined;
}

/** After so many failures of the film the pictures come as JPEG. */
const MOST_FAILURES = 3;

/** One camera on the page: what the server says of it, its players, its screen. */
export class Camera {
  readonly screen: Screen;
  readonly pace = new PaceKeeper();
  readonly figures = new Figures();
  record: CameraRecord;
  /** When the record came, `performance.now()`. */
  receivedAt = performance.now();
  /** What lies over the picture now. */
  boxes: Boxes = { kind: 'none' };
  /** Labels that this camera has ever shown. */
  readonly labels = new Set<string>();
  paused = false;
  /** Since when its pictures are asked for, `performance.now()`. */
  watchedSince = performance.now();
  #log = new ObservationLog();
  #film: FilmPlayer | undefined;
  #jpeg: JpegPlayer | undefined;
  #wanted = false;
  #asked: VideoChoice = 'none';
  #failures = 0;

  constructor(
    record: CameraRecord,
    private readonly options: CameraOptions,
  ) {
    this.record = record;
    this.screen = new Screen(options.look);
  }

  get name(): string {
    return this.record.camera;
  }

  /** How the picture comes, for the curious. */
  get transport(): VideoChoice {
    return this.#asked;
  }

  update(record: CameraRecord): void {
    if (record.epoch !== this.record.epoch) this.#failures = 0;
    this.record = record;
    this.receivedAt = performance.now();
    this.#subscribe();
  }

  /** Whether somebody looks at it. */
  want(wanted: boolean): void {
    this.#wanted = wanted;
    this.#subscribe();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.#subscribe();
  }

  /** The connection is new: the server knows of no wish, and the next `update` or `want` says it again. */
  forget(): void {
    this.#end();
  }

  observed(observation: ObservationRecord): void {
    this.#log.add(observation);
    this.#film?.observed(observation.epoch ?? 0, observation.pts);
  }

  piece(piece: VideoPiece): void {
    if (piece.kind === 'jpeg') this.#jpeg?.push(piece);
    else this.#film?.push(piece);
  }

  /** To be called a few times a second. */
  steer(): void {
    this.#film?.steer();
  }

  close(): void {
    this.#wanted = false;
    this.#end();
    this.screen.element.remove();
  }

  #choice(): VideoChoice {
    const { video } = this.record;
    if (!this.#wanted || this.paused || video === undefined) return 'none';
    return video.kind === 'fmp4' && canPlay(video.mime) && this.#failures < MOST_FAILURES ? 'fmp4' : 'jpeg';
  }

  #subscribe(): void {
    const choice = this.#choice();
    if (choice === this.#asked) return;
    this.#end();
    this.#asked = choice;
    this.figures.restart();
    this.watchedSince = performance.now();
    if (choice === 'fmp4') this.#film = this.#filmPlayer();
    if (choice === 'jpeg') this.#jpeg = this.#jpegPlayer();
    const cameras = [this.name];
    if (choice === 'none') this.options.send({ type: 'unsubscribe', cameras });
    else this.options.send({ type: 'subscribe', cameras, video: choice, observations: choice === 'fmp4' });
  }

  #end(): void {
    this.#film?.close();
    this.#jpeg?.close();
    this.#film = undefined;
    this.#jpeg = undefined;
    this.#asked = 'none';
  }

  #filmPlayer(): FilmPlayer {
    const player: FilmPlayer = new FilmPlayer({
      log: this.#log,
      pace: this.pace,
      stage: this.screen.element,
      serverTime: () => this.options.serverTime(),
      paint: ({ source, size, stamp }, boxes) => {
        this.screen.paint(source, size, this.#drawing(boxes, size, stamp));
        this.#painted(boxes, stamp);
      },
      skipped: () => {
        this.figures.skipped += 1;
      },
      failed: (reason) => this.#failed(reason),
    });
    return player;
  }

  #jpegPlayer(): JpegPlayer {
    return new JpegPlayer({
      paint: (source, size, stamp, observation) => {
        if (observation) this.#log.add(observation);
        const boxes: Boxes = observation ? { kind: 'exact', observation } : { kind: 'none' };
        this.screen.paint(source, size, this.#drawing(boxes, size, stamp));
        this.#painted(boxes, stamp);
      },
      overtaken: () => {
        this.figures.skipped += 1;
      },
      failed: () => {
        this.figures.skipped += 1;
      },
    });
  }

  #drawing(boxes: Boxes, picture: Size, { epoch, pts }: FrameStamp): Drawing | undefined {
    if (boxes.kind === 'none') return undefined;
    const { observation } = boxes;
    // Where estimates are mixed in all are marked alike: a box that changes its look with every frame cannot be read.
    const marked = boxes.kind !== 'exact' || (this.#film !== undefined && this.pace.pace === 'smooth');
    const past = this.#log.until(epoch, pts, TRAIL_SECONDS);
    const trails = trailsOf(boxes.kind === 'estimated' ? [...past, observation] : past);
    return { observation, picture, marked, trails };
  }

  #painted(boxes: Boxes, { capturedAt }: FrameStamp): void {
    this.boxes = boxes;
    if (boxes.kind !== 'none') for (const { label } of boxes.observation.detections) this.labels.add(label);
    const serverTime = this.options.serverTime();
    this.figures.painted(performance.now(), serverTime === undefined ? undefined : serverTime - capturedAt);
  }

  #failed(reason: string): void {
    console.warn(`lookout: ${this.name}: ${reason}`);
    this.#failures += 1;
    this.options.send({ type: 'unsubscribe', cameras: [this.name] });
    this.#end();
    // Not at once: a stream that cannot be decoded must not keep the machine busy.
    setTimeout(() => this.#subscribe(), 500 * this.#failures);
  }
}
