import type { Logger } from '#core/logger.js';
import type { Observation } from '#core/observation.js';
import { toRecord } from '#core/record.js';
import type { VideoPiece } from '#core/video.js';
import { parseAvcc } from '#media/h264/avcc.js';
import type { Turn } from '#media/h264/fmp4.js';
import { PictureTap } from '#media/live/picture-tap.js';
import type { NutStream } from '#media/nut-headers.js';
import type { StampedPacket } from './connection.js';
import { drawPicture } from './draw-picture.js';
import { ObservationJoin } from './observation-join.js';
import type { Outlet } from './outlet.js';
import { PictureGroup } from './picture-group.js';

export interface PictureMakerOptions {
  readonly outlet: Outlet;
  readonly mostSide: number;
  readonly logger: Logger;
}

const MOST_GROUP_BYTES = 16 * 2 ** 20;
/** Who asked for a single picture is likely to ask again. */
const LINGER_MS = 10_000;
const FIRST_PICTURE_MS = 5000;
/** A tap that failed is not started anew at once. */
const REST_MS = 1000;
const JPEG = /^(mjpe?g|jpeg)$/i;

/** An analysed picture with what was seen in it. */
interface Analysed {
  readonly piece: VideoPiece;
  readonly observation: Observation;
}

/**
 * JPEG pictures of one camera, each with the boxes of exactly this picture. A camera that sends JPEG is passed on as it is;
 * of all others pictures are made while somebody asks for them, starting at the newest key frame.
 */
export class PictureMaker {
  readonly #options: PictureMakerOptions;
  readonly #group = new PictureGroup<StampedPacket>(MOST_GROUP_BYTES);
  readonly #join: ObservationJoin;
  readonly #waiting = new Set<() => void>();
  #stream: NutStream | undefined;
  #turn: Turn = 0;
  #tap: PictureTap | undefined;
  #newest: Analysed | undefined;
  #drawn: { readonly of: Analysed; readonly piece: Promise<VideoPiece> } | undefined;
  #askedAt = -Infinity;
  #restUntil = 0;
  #linger: NodeJS.Timeout | undefined;

  constructor(options: PictureMakerOptions) {
    this.#options = options;
    this.#join = new ObservationJoin((jpeg, observation) => this.#made(jpeg, observation));
  }

  /** A new connection, whose packets follow. */
  connected(stream: NutStream, turn: Turn): void {
    this.disconnected();
    this.#turn = turn;
    // Packets of the MP4 family were turned into byte streams that carry their own parameter sets.
    this.#stream = parseAvcc(stream.extra) ? { ...stream, extra: new Uint8Array() } : stream;
  }

  disconnected(): void {
    this.#stopTap();
    this.#group.clear();
    this.#join.clear();
    this.#stream = undefined;
  }

  packet(packet: StampedPacket): void {
    const { data, isKey, arrival } = packet;
    if (this.#stream && JPEG.test(this.#stream.fourcc)) {
      this.jpeg(data, arrival.pts);
      return;
    }
    this.#group.push(packet, data.length, isKey);
    if (this.#tap) this.#tap.push({ data, isKey, pts: arrival.pts });
    else if (isKey) this.#startTap();
  }

  /** A picture that needs no making. */
  jpeg(jpeg: Uint8Array, pts: number): void {
    this.#join.picture(jpeg, pts);
  }

  observed(observation: Observation): void {
    this.#join.observation(observation);
  }

  /** Somebody began or ended to look. */
  listenersChanged(): void {
    if (this.#wanted) this.#startTap();
    else this.#lingerOn();
  }

  /** The newest picture; waits for the first one where pictures have to be made. */
  async latest(boxes: boolean): Promise<VideoPiece | undefined> {
    this.#askedAt = performance.now();
    const isFresh = this.#tap !== undefined || !this.#stream || JPEG.test(this.#stream.fourcc);
    this.#startTap();
    this.#lingerOn();
    if (!isFresh || !this.#newest) await this.#next(); // the newest is of the last time that somebody looked
    const newest = this.#newest;
    if (newest === undefined || !boxes) return newest?.piece;
    if (this.#drawn?.of !== newest) this.#drawn = { of: newest, piece: drawn(newest) };
    return this.#drawn.piece;
  }

  close(): void {
    clearTimeout(this.#linger);
    this.disconnected();
    for (const resolve of this.#waiting) resolve();
  }

  get #wanted(): boolean {
    return this.#options.outlet.listens('picture') || performance.now() - this.#askedAt < LINGER_MS;
  }

  #startTap(): void {
    const stream = this.#stream;
    if (this.#tap || !stream || !this.#wanted || JPEG.test(stream.fourcc) || performance.now() < this.#restUntil)
      return;
    const from = this.#group.items.at(-1)?.arrival.pts;
    const tap = new PictureTap(stream, {
      mostSide: this.#options.mostSide,
      turn: this.#turn,
      ...(from !== undefined && { from }),
      picture: (jpeg, pts) => {
        if (this.#tap === tap) this.#join.picture(jpeg, pts);
      },
      ended: (stderr) => {
        if (this.#tap !== tap) return;
        this.#tap = undefined;
        this.#restUntil = performance.now() + REST_MS;
        const { camera } = this.#options.outlet.status;
        this.#options.logger.warn({ camera }, `pictures could not be made: ${stderr.trim().split('\n').at(-1)}`);
      },
    });
    this.#tap = tap;
    for (const { data, isKey, arrival } of this.#group.items) tap.push({ data, isKey, pts: arrival.pts });
  }

  #stopTap(): void {
    const tap = this.#tap;
    this.#tap = undefined;
    tap?.stop();
  }

  #lingerOn(): void {
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => {
      if (!this.#wanted) this.#stopTap();
    }, LINGER_MS + 100);
    this.#linger.unref();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, FIRST_PICTURE_MS);
      this.#waiting.add(done);
    });
  }

  #made(jpeg: Uint8Array, observation: Observation): void {
    const { epoch = 0, seq, pts, capturedAt = 0 } = observation.stamp;
    const { camera } = this.#options.outlet.status;
    const piece: VideoPiece = {
      ...{ kind: 'jpeg', camera, epoch, seq, pts, capturedAt, mediaTime: pts, keyframe: true },
      metadata: { observation: toRecord(observation) },
      data: jpeg,
    };
    this.#newest = { piece, observation };
    for (const resolve of this.#waiting) resolve();
    this.#options.outlet.tell('picture', piece);
  }
}

async function drawn({ piece, observation }: Analysed): Promise<VideoPiece> {
  return { ...piece, data: await drawPicture(piece.data, observation) };
}
