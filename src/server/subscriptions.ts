import type { FeedKind, Listener } from './feed.js';
import type { Hub } from './hub.js';
import type { Mailbox } from './mailbox.js';
import type { CheckedClientMessage } from './protocol.js';

type Request = Extract<CheckedClientMessage, { type: 'subscribe' | 'unsubscribe' }>;

interface Choice {
  readonly observations: boolean;
  readonly video: 'none' | 'fmp4' | 'jpeg';
}

const NOTHING: Choice = { observations: false, video: 'none' };
const ALL = '*';
const PARCELS: Readonly<Record<FeedKind, 'observation' | 'picture' | 'video'>> = {
  observation: 'observation',
  jpeg: 'picture',
  fmp4: 'video',
};

/** What one client wants of which camera. Names that were chosen one by one go before `*`. */
export class Subscriptions {
  readonly #choices = new Map<string, Choice>();
  readonly #attached = new Map<string, Set<FeedKind>>();

  constructor(
    private readonly hub: Hub,
    private readonly listener: Listener,
    private readonly mailbox: Pick<Mailbox, 'forget'>,
  ) {}

  /** Takes a request in; returns the names of cameras that do not exist. */
  take(request: Request): string[] {
    const { observations, video } = request.type === 'subscribe' ? request : NOTHING;
    const unknown: string[] = [];
    for (const camera of request.cameras) {
      if (camera === ALL) {
        this.#choices.clear();
        this.#choices.set(ALL, { observations, video });
      } else if (this.hub.cameras.status(camera) === undefined) unknown.push(camera);
      else this.#choices.set(camera, { observations, video });
    }
    const everywhere = request.cameras.includes(ALL);
    const cameras = everywhere ? this.hub.cameras.list().map((status) => status.camera) : request.cameras;
    for (const camera of cameras) this.attach(camera);
    return unknown;
  }

  /** Makes what is listened to equal to what is wanted. */
  attach(camera: string): void {
    if (this.hub.cameras.status(camera) === undefined) return;
    const choice = this.#choices.get(camera) ?? this.#choices.get(ALL) ?? NOTHING;
    const wanted = new Set<FeedKind>();
    if (choice.observations) wanted.add('observation');
    if (choice.video !== 'none') wanted.add(choice.video);
    const attached = this.#attached.get(camera) ?? new Set();
    for (const kind of attached) if (!wanted.has(kind)) this.#stop(camera, kind);
    this.#attached.set(camera, wanted);
    for (const kind of wanted) if (!attached.has(kind)) this.hub.listen(camera, kind, this.listener);
    if (wanted.size === 0) this.#attached.delete(camera);
  }

  /** The camera is gone, its feed with it; a wish for it by name goes too. */
  detach(camera: string): void {
    this.#attached.delete(camera);
    this.#choices.delete(camera);
    this.mailbox.forget(camera, Object.values(PARCELS));
  }

  clear(): void {
    for (const [camera, kinds] of this.#attached)
      for (const kind of kinds) this.hub.unlisten(camera, kind, this.listener);
    this.#attached.clear();
    this.#choices.clear();
  }

  #stop(camera: string, kind: FeedKind): void {
    this.hub.unlisten(camera, kind, this.listener);
    this.mailbox.forget(camera, [PARCELS[kind]]);
  }
}
