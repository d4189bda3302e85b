import { afterEach, describe, expect, it } from 'vitest';
import { FakeCameras, jpegOf } from './fake-cameras.js';
import { closeAll, connect, serve } from './support.js';

afterEach(closeAll);

describe('cameras over REST', () => {
  it('are listed and shown', async () => {
    const { at } = await serve();
    const { cameras } = (await (await fetch(at('/api/v1/cameras'))).json()) as { cameras: { camera: string }[] };
    expect(cameras.map(({ camera }) => camera)).toEqual(['gate', 'yard']);
    expect(await (await fetch(at('/api/v1/cameras/gate'))).json()).toEqual(cameras[0]);
    expect((await fetch(at('/api/v1/cameras/attic'))).status).toBe(404);
  });

  it('have names with blanks and umlauts', async () => {
    const { at } = await serve({ cameras: new FakeCameras('Tür hinten') });
    expect((await fetch(at(`/api/v1/cameras/${encodeURIComponent('Tür hinten')}`))).status).toBe(200);
  });

  it('give their newest picture, with its stamp, with boxes and without', async () => {
    const { at, cameras } = await serve();
    const none = await fetch(at('/api/v1/cameras/gate/latest.jpg'));
    expect([none.status, none.headers.get('retry-after')]).toEqual([503, '1']);
    cameras.picturise('gate', { epoch: 2, seq: 41, pts: 1.64, capturedAt: 99, data: jpegOf(40) });
    const plain = await fetch(at('/api/v1/cameras/gate/latest.jpg'));
    expect(new Uint8Array(await plain.arrayBuffer())).toEqual(jpegOf(40));
    const stamp = ['epoch', 'seq', 'pts', 'captured-at'].map((name) => plain.headers.get(`lookout-${name}`));
    expect([plain.headers.get('content-type'), plain.headers.get('cache-control'), ...stamp]).toEqual([
      'image/jpeg',
      'no-store',
      '2',
      '41',
      '1.64',
      '99',
    ]);
    const drawn = await fetch(at('/api/v1/cameras/gate/latest.jpg?boxes=1'));
    expect((await drawn.arrayBuffer()).byteLength).toBe(140);
    expect((await fetch(at('/api/v1/cameras/gate/latest.jpg?boxes=maybe'))).status).toBe(400);
    expect((await fetch(at('/api/v1/cameras/attic/latest.jpg'))).status).toBe(404);
  });

  it('stream motion JPEG, the newest picture each time, and stop listening when nobody reads', async () => {
    const { at, cameras } = await serve();
    const abort = new AbortController();
    const response = await fetch(at('/api/v1/cameras/gate/stream.mjpeg'), { signal: abort.signal });
    expect(response.headers.get('content-type')).toBe('multipart/x-mixed-replace; boundary=lookout-picture');
    const reader = response.body!.getReader();
    for (const seq of [1, 2]) {
      cameras.picturise('gate', { seq, data: jpegOf(30) });
      let text = '';
      while (!text.includes('\xff\xd9')) text += Buffer.from((await reader.read()).value!).toString('latin1');
      expect(text).toMatch(
        new RegExp(
          `^--lookout-picture\r\nContent-Type: image/jpeg\r\nContent-Length: 30\r\n(.*\r\n)*Lookout-Seq: ${seq}\r\n`,
        ),
      );
    }
    expect(cameras.listeners('gate')).toEqual([0, 0, 1]);
    abort.abort();
    const watcher = await connect({ at });
    while (cameras.listeners('gate')[2] > 0) await watcher.settled();
  });

  it('are added by admins, from sources that are open, and taken away', async () => {
    const { at } = await serve({ sources: { networks: ['127.0.0.0/8'] } });
    const add = (body: object) => fetch(at('/api/v1/cameras'), { method: 'POST', body: JSON.stringify(body) });
    const added = await add({ camera: 'door', source: 'rtsp://127.0.0.1/1' });
    expect([added.status, ((await added.json()) as { state: string }).state]).toEqual([201, 'connecting']);
    expect((await add({ camera: 'door', source: 'rtsp://127.0.0.1/1' })).status).toBe(409);
    expect((await add({ camera: 'x', source: 'file:///etc/passwd' })).status).toBe(422);
    expect((await add({ camera: 'a/b', source: 'rtsp://127.0.0.1/1' })).status).toBe(400);
    expect((await add({ camera: 'x' })).status).toBe(400);
    expect((await fetch(at('/api/v1/cameras'), { method: 'POST', body: '{' })).status).toBe(400);
    expect((await fetch(at('/api/v1/cameras/door'), { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(at('/api/v1/cameras/door'), { method: 'DELETE' })).status).toBe(404);
  });
});
