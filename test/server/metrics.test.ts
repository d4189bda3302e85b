import { afterEach, describe, expect, it } from 'vitest';
import { Metrics } from '#server/metrics.js';
import { type Client, closeAll, connect, type Running, serve } from './support.js';

afterEach(closeAll);

/** All samples of one metric, summed; for histograms the number of observations. */
async function amountOf(metrics: Metrics, name: string): Promise<number> {
  const { values, type } = (await metrics.registry.getSingleMetric(name)!.get()) as unknown as {
    type: string;
    values: { value: number; metricName?: string }[];
  };
  const counted = type === 'histogram' ? values.filter(({ metricName }) => metricName?.endsWith('_count')) : values;
  return counted.reduce((sum, { value }) => sum + value, 0);
}

const flow = { windowBytes: 1024, fastWindowBytes: 1024, promptMs: 0, deadAfterMs: 400 };

async function stuck(running: Running): Promise<Client> {
  const client = await connect(running);
  client.send({ type: 'subscribe', cameras: ['gate'] });
  await client.settled();
  client.socket.pause();
  return client;
}

/** For each published metric the event that it is about: from the pipeline, or really brought about. */
const EVENTS: Readonly<Record<string, (running: Running) => unknown>> = {
  lookout_stage_seconds: ({ metrics }) => metrics.stage('gate', 'decode', 0.003),
  lookout_end_to_end_seconds: ({ metrics }) => metrics.endToEnd('gate', 0.02),
  lookout_batch_size: ({ metrics }) => metrics.batch(4),
  lookout_frames_total: ({ metrics }) => metrics.frame('gate', 'overtaken'),
  lookout_reconnects_total: ({ metrics }) => metrics.reconnect('gate', 'auth'),
  lookout_camera_state: ({ metrics }) => metrics.state('gate', 'live'),
  lookout_model_info: ({ metrics }) => metrics.model({ name: 'yolo', sha256: 'abc', device: 'cpu' }),
  lookout_clients: (running) => connect(running),
  lookout_messages_sent_total: (running) => connect(running),
  lookout_messages_dropped_total: async (running) => {
    await stuck(running);
    for (let seq = 0; seq < 100; seq++) running.cameras.observe('gate', seq);
  },
  lookout_clients_cut_total: async (running) => {
    await stuck(running);
    for (let seq = 0; seq < 100; seq++) running.cameras.observe('gate', seq);
    const watcher = await connect(running);
    while (running.server.clients > 1) await watcher.settled();
  },
  lookout_http_request_seconds: ({ at }) => fetch(at('/healthz')),
  lookout_login_failures_total: async () => {},
};

describe('the metrics', () => {
  it('each have an event, and each event a metric', async () => {
    const { metrics } = await serve();
    const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.sort()).toEqual([...Object.keys(EVENTS), 'lookout_build_info'].sort());
  });

  it.each(Object.keys(EVENTS).filter((name) => name !== 'lookout_login_failures_total'))(
    '%s moves when its event happens',
    async (name) => {
      const running = await serve({ limits: { flow }, heartbeatMs: 20 });
      const before = await amountOf(running.metrics, name);
      await EVENTS[name]!(running);
      expect(await amountOf(running.metrics, name)).toBeGreaterThan(before);
    },
  );

  it('lookout_login_failures_total moves with a wrong token', async () => {
    const { at, metrics } = await serve({ access: { tokens: [{ token: 'a-token-of-16-chars', role: 'admin' }] } });
    await fetch(at('/metrics'), { headers: { Authorization: 'Bearer wrong' } });
    expect(await amountOf(metrics, 'lookout_login_failures_total')).toBe(1);
  });

  it('name version and node, and say in which state a camera is', async () => {
    const metrics = new Metrics({ version: '1.2.3' });
    metrics.state('gate', 'connecting');
    metrics.state('gate', 'live');
    const text = await metrics.registry.metrics();
    expect(text).toContain(`lookout_build_info{version="1.2.3",node="${process.version}"} 1`);
    expect(text).toContain('lookout_camera_state{camera="gate",state="live"} 1');
    expect(text).toContain('lookout_camera_state{camera="gate",state="connecting"} 0');
  });

  it('are in base units with the help that a person needs', async () => {
    const { metrics } = await serve();
    for (const metric of metrics.registry.getMetricsAsArray()) {
      expect(metric.name).toMatch(/(_seconds|_total|_info|_size|_state|clients)$/);
      expect((metric as unknown as { help: string }).help).toMatch(/\.$/);
    }
  });

  it('forget a camera that was removed, and it alone', async () => {
    const metrics = new Metrics({ version: '1' });
    for (const camera of ['gate', 'yard']) {
      metrics.stage(camera, 'inference', 1);
      metrics.endToEnd(camera, 1);
      metrics.frame(camera, 'analysed');
      metrics.reconnect(camera, 'timeout');
      metrics.state(camera, 'live');
    }
    metrics.forget('gate');
    const text = await metrics.registry.metrics();
    expect(text).not.toContain('gate');
    expect(text.match(/yard/g)!.length).toBeGreaterThan(10);
  });

  it('replace the model, and offer figures of the process', async () => {
    const metrics = new Metrics({ version: '1', process: true });
    for (const name of ['old', 'new']) metrics.model({ name, sha256: 'x', device: 'cpu' });
    const text = await metrics.registry.metrics();
    expect([
      text.includes('name="old"'),
      text.includes('name="new"'),
      text.includes('process_resident_memory_bytes'),
    ]).toEqual([false, true, true]);
  });

  it('are published as text', async () => {
    const { at } = await serve();
    const response = await fetch(at('/metrics'));
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('# TYPE lookout_stage_seconds histogram');
  });
});
