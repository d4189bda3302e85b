import { describe, expect, it } from 'vitest';
import { Flow } from '#server/flow.js';
import { Mailbox } from '#server/mailbox.js';
import { type Parcel, textParcel, type VideoParcel } from '#server/parcel.js';
import { Throttle } from '#server/throttle.js';
import { TokenBucket, TokenBuckets } from '#server/token-bucket.js';
import { VideoQueue } from '#server/video-queue.js';

const parcel = (kind: Parcel['kind'], camera: string, seq: number): Parcel => textParcel(kind, {}, { camera, seq });
const init = (epoch: number): Parcel => ({
  kind: 'video',
  camera: 'a',
  epoch,
  bytes: new Uint8Array(10),
  binary: true,
});
const media = (seq: number, keyframe: boolean, from: Parcel, bytes = 10): VideoParcel => {
  return { kind: 'video', camera: 'a', seq, keyframe, init: from, bytes: new Uint8Array(bytes), binary: true };
};

function drain(mailbox: Mailbox, now: number): Parcel[] {
  const all: Parcel[] = [];
  for (let next = mailbox.take(now); next !== undefined; next = mailbox.take(now)) all.push(next);
  return all;
}

describe('the mailbox', () => {
  it('holds the newest observation of each camera and reports the others, once', () => {
    const mailbox = new Mailbox();
    for (let seq = 0; seq < 5; seq++) mailbox.put(parcel('observation', 'a', seq), 0);
    mailbox.put(parcel('observation', 'b', 9), 0);
    const [report, ...rest] = drain(mailbox, 0);
    expect(JSON.parse(Buffer.from(report!.bytes).toString())).toEqual({
      type: 'error',
      code: 'dropped',
      message: 'this connection is too slow: 4 observations and 0 video messages were left out',
      camera: 'a',
      seq: 4,
      dropped: { observations: 4, video: 0, total: 4 },
    });
    expect(rest.map(({ camera, seq }) => [camera, seq])).toEqual([
      ['a', 4],
      ['b', 9],
    ]);
    expect(drain(mailbox, 1e6)).toEqual([]);
  });

  it('sends answers first, then states, observations, pictures, video; cameras take turns', () => {
    const mailbox = new Mailbox();
    const first = init(1);
    for (const seq of [1, 2]) mailbox.put(media(seq, true, first), 0);
    mailbox.put({ ...media(3, true, first), camera: 'b' }, 0);
    for (const kind of ['picture', 'observation', 'camera', 'control'] as const) mailbox.put(parcel(kind, 'a', 0), 0);
    expect(drain(mailbox, 0).map(({ kind, camera, seq }) => `${kind} ${camera} ${seq ?? 'init'}`)).toEqual([
      'control a 0',
      'camera a 0',
      'observation a 0',
      'picture a 0',
      'video a init',
      'video a init',
      'video a 1',
      'video b 3',
      'video a 2',
    ]);
  });

  it('counts no state as lost: each says everything', () => {
    const mailbox = new Mailbox();
    for (let seq = 0; seq < 3; seq++) mailbox.put(parcel('camera', 'a', seq), 0);
    expect(drain(mailbox, 0).map(({ seq }) => seq)).toEqual([2]);
  });

  it('reports losses at most four times a second', () => {
    const mailbox = new Mailbox();
    const reports = [0, 100, 249, 250].map((now) => {
      for (const seq of [1, 2]) mailbox.put(parcel('observation', 'a', seq), now);
      return drain(mailbox, now).filter(({ kind }) => kind === 'control').length;
    });
    expect(reports).toEqual([1, 0, 0, 1]);
  });

  it('keeps no more than 64 answers for who does not read them', () => {
    const mailbox = new Mailbox();
    for (let i = 0; i < 1000; i++) mailbox.put(parcel('control', '', i), 0);
    expect(drain(mailbox, 0)).toHaveLength(64);
  });
});

describe('the video queue', () => {
  const limits = { bytes: 100, ageMs: 1000 };

  it.each([
    [
      'starts at a key frame, without counting what came before',
      [
        [1, false],
        [2, true],
        [3, false],
      ],
      ['init', 2, 3],
      0,
    ],
    [
      'gives up when it is full, and goes on at the next key frame',
      [
        [1, true],
        [2, false, 80],
        [3, false, 20],
        [4, false],
        [5, true],
        [6, false],
      ],
      ['init', 5, 6],
      4,
    ],
    [
      'takes a key frame that does not fit any more',
      [
        [1, true],
        [2, false, 80],
        [3, true, 20],
      ],
      ['init', 3],
      2,
    ],
  ] as const)('%s', (_, pieces, left, dropped) => {
    const queue = new VideoQueue(limits);
    const first = init(1);
    let lost = 0;
    for (const [seq, keyframe, bytes] of pieces) lost += queue.put(media(seq, keyframe, first, bytes), 0);
    const taken: unknown[] = [];
    for (let next = queue.take(); next !== undefined; next = queue.take())
      taken.push(next === first ? 'init' : next.seq);
    expect([taken, lost]).toEqual([left, dropped]);
  });

  it('gives up what is too old, but not at the limit', () => {
    for (const [now, lost] of [
      [1000, 0],
      [1001, 1],
    ] as const) {
      const queue = new VideoQueue(limits);
      queue.put(media(1, true, init(1)), 0);
      expect(queue.put(media(2, true, init(1)), now)).toBe(lost);
    }
  });

  it('sends an init segment once, and again when it was given up unsent', () => {
    const queue = new VideoQueue(limits);
    const first = init(1);
    queue.put(media(1, true, first), 0);
    expect([queue.take(), queue.take()?.seq, queue.take()]).toEqual([first, 1, undefined]);
    queue.put(media(2, false, first, 95), 0);
    queue.put(media(3, true, first, 20), 0);
    expect([queue.take()?.seq, queue.take()]).toEqual([3, undefined]);
    const second = init(2);
    queue.put(media(1, true, second), 0);
    queue.put(media(2, true, second, 95), 0);
    expect([queue.take(), queue.take()?.seq]).toEqual([second, 2]);
  });
});

describe('the flow', () => {
  const limits = { windowBytes: 100, fastWindowBytes: 1000, promptMs: 50, deadAfterMs: 500 };
  const make = () => {
    const pings: number[] = [];
    return { flow: new Flow(limits, (id) => pings.push(id)), pings };
  };

  it('is open up to its window, and beyond it while answers come promptly', () => {
    const { flow } = make();
    flow.sent(99, 0);
    expect(flow.open(1e9)).toBe(true);
    flow.sent(1, 0);
    expect([flow.open(49), flow.open(50)]).toEqual([true, false]);
    flow.sent(900, 0);
    expect(flow.open(1)).toBe(false);
  });

  it('knows by a pong that all before its ping was read', () => {
    const { flow, pings } = make();
    flow.sent(30, 0);
    flow.sent(30, 0);
    expect([pings, flow.pending]).toEqual([[1, 2], 60]);
    flow.pong(1);
    expect(flow.pending).toBe(30);
    flow.pong(2);
    expect([flow.pending, flow.silence(1e9)]).toEqual([0, 0]);
  });

  it.each([[99], [0], [-1], [Number.NaN]])('ignores the answer to a ping that was never sent: %d', (id) => {
    const { flow } = make();
    flow.sent(200, 0);
    flow.pong(id);
    expect(flow.pending).toBe(200);
  });

  it('asks rarely: each quarter of the window or each second', () => {
    const { flow, pings } = make();
    flow.sent(1, 0);
    for (let i = 0; i < 10; i++) flow.sent(2, 1);
    expect(pings).toHaveLength(1);
    flow.sent(5, 1);
    expect(pings).toHaveLength(2);
    flow.sent(1, 1001);
    expect(pings).toHaveLength(3);
  });

  it('calls a client dead that leaves a probe unanswered for too long', () => {
    const { flow } = make();
    expect(flow.dead(1e9)).toBe(false);
    flow.probe(0);
    expect([flow.dead(500), flow.dead(501)]).toEqual([false, true]);
    flow.pong(1);
    expect(flow.dead(1e9)).toBe(false);
  });
});

describe('limits of rate', () => {
  it('let a burst through, then the rate', () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 0);
    expect([0, 0, 0, 0, 499, 500, 501, 1000].map((now) => bucket.take(now))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('count each address alone, and remember a bounded number of them', () => {
    const buckets = new TokenBuckets({ perSecond: 0.001, burst: 1 }, 100);
    expect([buckets.take('a', 0), buckets.take('a', 0), buckets.take('b', 0)]).toEqual([true, false, true]);
    for (let i = 0; i < 1000; i++) buckets.take(`address ${i}`, 1);
    expect(buckets.size).toBeLessThanOrEqual(100);
  });

  it('slow wrong tokens down: five are free, then the wait doubles up to a minute', () => {
    const throttle = new Throttle();
    const waits: number[] = [];
    let now = 0;
    for (let i = 0; i < 14; i++) {
      throttle.failed('a', now);
      waits.push(throttle.wait('a', now));
      now += waits.at(-1)!;
    }
    expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map((s) => s * 1000));
    expect(throttle.wait('b', now)).toBe(0);
    throttle.failed('a', now + 16 * 60_000);
    expect(throttle.wait('a', now + 16 * 60_000)).toBe(0);
    throttle.succeeded('a');
    expect(throttle.wait('a', now)).toBe(0);
  });
});
