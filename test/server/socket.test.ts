import { afterEach, describe, expect, it } from 'vitest';
import { encodeVideo } from '#core/video-message.js';
import { serverMessage } from '#server/protocol.js';
import { jpegOf } from './fake-cameras.js';
import { closeAll, connect, serve } from './support.js';

afterEach(closeAll);

const person = {
  box: [1, 2, 3.004, 4],
  classId: 0,
  label: 'person',
  score: 0.9,
  trackId: 7,
  age: 1,
  state: 'confirmed',
} as const;

describe('the WebSocket', () => {
  it('greets with protocol, version, role, time and cameras', async () => {
    const client = await connect(await serve());
    const [hello] = client.of('hello');
    expect(hello).toMatchObject({ protocol: 1, version: '1.2.3', role: 'admin' });
    expect(hello!.cameras.map(({ camera, state, seq }) => [camera, state, seq])).toEqual([
      ['gate', 'live', null],
      ['yard', 'live', null],
    ]);
    expect(Math.abs(hello!.server_time - Date.now())).toBeLessThan(10_000);
  });

  it('answers a ping with its number and the time', async () => {
    const client = await connect(await serve());
    client.send({ type: 'ping', id: 7 });
    client.send({ type: 'ping' });
    await client.until(() => client.of('pong').length === 1 && client.of('error').length === 1);
    expect(client.of('pong')[0]!.id).toBe(7);
    expect(Math.abs(client.of('pong')[0]!.server_time - Date.now())).toBeLessThan(10_000);
    expect(client.of('error')[0]).toMatchObject({ code: 'malformed', message: expect.stringContaining('id') });
  });

  it('sends observations of the cameras that were asked for, and of no other', async () => {
    const running = await serve();
    const client = await connect(running);
    client.send({ type: 'subscribe', cameras: ['gate'] });
    await client.settled();
    running.cameras.observe('yard', 1);
    running.cameras.observe('gate', 2, [person]);
    await client.until(() => client.of('observation').length === 1);
    expect(client.of('observation')).toEqual([
      {
        type: 'observation',
        source: 'rtsp://***@cam/1',
        camera: 'gate',
        epoch: 1,
        seq: 2,
        pts: 0.08,
        captured_at: 1002,
        frame: { width: 640, height: 480 },
        detections: [{ label: 'person', class_id: 0, score: 0.9, box: [1, 2, 3, 4], track_id: 7 }],
      },
    ]);
    expect(running.cameras.listeners('yard')).toEqual([0, 0, 0]);
  });

  it('listens upstream once for all clients, and no longer than somebody does', async () => {
    const running = await serve();
    const [a, b] = [await connect(running), await connect(running)];
    for (const client of [a, b]) client.send({ type: 'subscribe', cameras: ['gate'], video: 'fmp4' });
    await Promise.all([a.settled(), b.settled()]);
    expect(running.cameras.listeners('gate')).toEqual([1, 1, 0]);
    a.send({ type: 'subscribe', cameras: ['gate'], observations: false, video: 'jpeg' });
    await a.settled();
    expect(running.cameras.listeners('gate')).toEqual([1, 1, 1]);
    b.send({ type: 'unsubscribe', cameras: ['gate'] });
    await b.settled();
    expect(running.cameras.listeners('gate')).toEqual([0, 0, 1]);
    a.send({ type: 'unsubscribe', cameras: ['*'] });
    await a.settled();
    expect(running.cameras.listeners('gate')).toEqual([0, 0, 0]);
  });

  it('takes * for all cameras, those that come later included, and a name before *', async () => {
    const running = await serve();
    const client = await connect(running);
    client.send({ type: 'subscribe', cameras: ['*'] });
    client.send({ type: 'unsubscribe', cameras: ['yard'] });
    await client.settled();
    running.cameras.change('door', { message: 'connecting', state: 'connecting' });
    for (const camera of ['gate', 'yard', 'door']) running.cameras.observe(camera, 1);
    await client.until(() => client.of('observation').length === 2);
    expect(
      client
        .of('observation')
        .map(({ camera }) => camera)
        .sort(),
    ).toEqual(['door', 'gate']);
  });

  it('tells everybody each change of a camera, and that one is gone', async () => {
    const running = await serve();
    const client = await connect(running);
    client.send({ type: 'subscribe', cameras: ['*'] });
    await client.settled();
    running.cameras.change('gate', {
      state: 'reconnecting',
      cause: 'auth',
      message: 'wrong password',
      seq: 41,
      pts: 1.64,
    });
    await client.until(() => client.of('camera').length === 1);
    expect(client.of('camera')[0]).toMatchObject({
      camera: 'gate',
      cause: 'auth',
      message: 'wrong password',
      seq: 41,
      pts: 1.64,
    });
    running.cameras.take('gate');
    await client.until(() => client.of('camera').length === 2);
    expect(client.of('camera')[1]).toMatchObject({ camera: 'gate', removed: true });
    running.cameras.change('gate', {});
    await client.until(() => client.of('camera').length === 3);
    running.cameras.observe('gate', 1);
    await client.until(() => client.of('observation').length === 1);
  });

  it('never shows credentials that slipped into a status', async () => {
    const running = await serve();
    const client = await connect(running);
    running.cameras.change('gate', {
      source: 'rtsp://u:secret@h/1',
      message: 'cannot open rtsp://u:secret@h/1?token=secret',
    });
    await client.until(() => client.of('camera').length === 1);
    expect(JSON.stringify(client.of('camera')[0])).not.toContain('secret');
  });

  it('says which cameras there are not, and subscribes to the others', async () => {
    const running = await serve();
    const client = await connect(running);
    client.send({ type: 'subscribe', cameras: ['attic', 'gate'] });
    await client.until(() => client.of('error').length === 1);
    expect(client.of('error')[0]).toEqual({
      type: 'error',
      code: 'unknown-camera',
      message: 'there is no camera attic',
      camera: 'attic',
    });
    expect(running.cameras.listeners('gate')).toEqual([1, 0, 0]);
  });

  it('starts video at a key frame behind its init segment, for those who come late as well', async () => {
    const running = await serve();
    const film = (seq: number, keyframe: boolean) =>
      running.cameras.film('gate', { seq, keyframe, pts: seq, mediaTime: seq - 1 });
    const early = await connect(running);
    early.send({ type: 'subscribe', cameras: ['gate'], video: 'fmp4', observations: false });
    await early.settled();
    running.cameras.film('gate', {
      kind: 'init',
      keyframe: true,
      metadata: { mime: 'video/mp4; codecs="avc1.64001f"' },
    });
    film(1, false);
    film(2, true);
    film(3, false);
    await early.until(() => early.pieces.length === 3);
    const late = await connect(running);
    late.send({ type: 'subscribe', cameras: ['gate'], video: 'fmp4', observations: false });
    await late.settled();
    film(4, false);
    await late.until(() => late.pieces.length === 4);
    expect(early.pieces.map(({ kind, seq }) => [kind, seq]).slice(0, 3)).toEqual([
      ['init', 0],
      ['media', 2],
      ['media', 3],
    ]);
    expect(late.pieces.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['init', 0],
      ['media', 2],
      ['media', 3],
      ['media', 4],
    ]);
    expect(late.pieces[1]).toMatchObject({
      camera: 'gate',
      epoch: 1,
      pts: 2,
      mediaTime: 1,
      keyframe: true,
      capturedAt: 1000,
    });
    expect(late.pieces[0]!.metadata).toEqual({ mime: 'video/mp4; codecs="avc1.64001f"' });
    expect(late.of('error')).toEqual([]);
  });

  it('starts a new epoch with its own init segment', async () => {
    const running = await serve();
    const client = await connect(running);
    client.send({ type: 'subscribe', cameras: ['gate'], video: 'fmp4' });
    await client.settled();
    for (const epoch of [1, 2]) {
      running.cameras.film('gate', { kind: 'init', epoch });
      running.cameras.film('gate', { epoch, seq: 0, keyframe: true });
    }
    await client.until(() => client.pieces.length === 4);
    expect(client.pieces.map(({ kind, epoch }) => [kind, epoch])).toEqual([
      ['init', 1],
      ['media', 1],
      ['init', 2],
      ['media', 2],
    ]);
  });

  it('sends JPEG pictures that carry their boxes', async () => {
    const running = await serve();
    const client = await connect(running);
    client.send({ type: 'subscribe', cameras: ['gate'], video: 'jpeg' });
    await client.settled();
    const observation = { source: 's', seq: 5, pts: 1, frame: { width: 1, height: 1 }, detections: [] };
    running.cameras.picturise('gate', { seq: 5, metadata: { observation }, data: jpegOf(50) });
    await client.until(() => client.pieces.length === 1);
    expect(client.pieces[0]).toMatchObject({ kind: 'jpeg', seq: 5, metadata: { observation } });
  });

  it('takes a webcam: published, sent as JPEG, closed with the connection', async () => {
    const running = await serve();
    const client = await connect(running);
    const picture = (camera: string, data = jpegOf()) =>
      encodeVideo({
        kind: 'jpeg',
        camera,
        epoch: 1,
        seq: 0,
        pts: 1.5,
        capturedAt: 0,
        mediaTime: 1.5,
        keyframe: true,
        data,
      });
    client.send({ type: 'publish', camera: 'laptop' });
    client.socket.send(picture('laptop'));
    await client.settled();
    expect(running.cameras.pushed.map(({ camera, pts }) => [camera, pts])).toEqual([['laptop', 1.5]]);
    client.socket.send(picture('gate'));
    client.socket.send(picture('laptop', new Uint8Array(20)));
    client.send({ type: 'publish', camera: 'gate' });
    await client.until(() => client.of('error').length === 3);
    expect(client.of('error').map(({ code }) => code)).toEqual(['malformed', 'malformed', 'rejected']);
    const other = await connect(running);
    client.socket.close();
    await other.until(() => other.of('camera').some(({ camera, removed }) => camera === 'laptop' && removed === true));
    expect(running.cameras.webcams.size).toBe(0);
  });

  it('sends nothing that its own schema does not describe', async () => {
    const running = await serve();
    const client = await connect(running);
    client.send({ type: 'subscribe', cameras: ['*', 'nowhere'] });
    client.send({ type: 'nonsense' });
    await client.settled();
    running.cameras.change('gate', {
      video: { kind: 'fmp4', mime: 'video/mp4' },
      fps: 25,
      size: { width: 1, height: 2 },
    });
    running.cameras.observe('gate', 1, [{ ...person, landmarks: [[1, 2, 1]] }]);
    running.cameras.take('yard');
    await client.until(() => client.of('observation').length === 1 && client.of('camera').length >= 2);
    expect(new Set(client.messages.map(({ type }) => type))).toEqual(
      new Set(['hello', 'observation', 'camera', 'error']),
    );
    for (const message of client.messages) expect(serverMessage.safeParse(message).error).toBeUndefined();
  });

  it('says goodbye when the server ends', async () => {
    const running = await serve();
    const client = await connect(running);
    await running.server.close();
    await client.until(() => client.closed !== undefined);
    expect(client.closed).toEqual({ code: 1001, reason: 'the server is going away' });
  });
});
