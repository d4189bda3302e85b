import { afterEach, describe, expect, it } from 'vitest';
import { Metrics } from '#server/metrics.js';
import { startServer } from '#server/server.js';
import { FakeCameras } from './fake-cameras.js';
import { closeAll, quiet, serve } from './support.js';

afterEach(closeAll);

describe('health', () => {
  it('answers, and says what is missing until it is ready', async () => {
    let missing = ['the model is being loaded'];
    const { at } = await serve({ ready: () => missing });
    expect(await (await fetch(at('/healthz'))).json()).toEqual({ status: 'ok' });
    const early = await fetch(at('/readyz'));
    expect([early.status, await early.json()]).toEqual([503, { status: 'not ready', missing }]);
    missing = [];
    expect((await fetch(at('/readyz'))).status).toBe(200);
  });
});

describe('starting', () => {
  const base = { metrics: new Metrics({ version: '1' }), version: '1', logger: quiet, cameras: new FakeCameras() };

  it('fails with a sentence when the port is taken', async () => {
    const { server } = await serve();
    await expect(startServer({ ...base, port: server.port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${server.port}: another program uses this port`,
    );
  });

  it('fails beyond loopback without a token, and starts when that is asked for', async () => {
    await expect(startServer({ ...base, port: 0, host: '0.0.0.0' })).rejects.toThrow('set a token');
    await serve({ host: '0.0.0.0', access: { mode: 'off' } });
  });

  it('says so when a picture cannot be made, and keeps our own mistakes to the log', async () => {
    const errors: object[] = [];
    const cameras = new FakeCameras('gate');
    cameras.picture = async () => {
      throw new TypeError('our own mistake with a path /home/x');
    };
    const { at } = await serve({ cameras, logger: { ...quiet, error: (fields) => errors.push(fields) } });
    const response = await fetch(at('/api/v1/cameras/gate/latest.jpg'));
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: { status: 500, message: 'internal error' } },
    ]);
    expect(errors).toHaveLength(1);
  });
});
