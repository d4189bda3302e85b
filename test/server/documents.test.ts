import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, describe, expect, it } from 'vitest';
import { Metrics } from '#server/metrics.js';
import { openApi } from '#server/openapi.js';
import { protocolSchema } from '#server/protocol.js';
import { routesOf } from '#server/routes.js';
import { SOURCE_POLICY } from '#server/source-policy.js';
import { FakeCameras, jpegOf } from './fake-cameras.js';
import { closeAll, connect, serve } from './support.js';

afterEach(closeAll);

interface Operation {
  readonly operationId: string;
  readonly security: object[];
  readonly parameters: { name: string; in: string; required: boolean; schema: object }[];
  readonly requestBody?: object;
  readonly responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, object> };
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });

describe('the protocol schema', () => {
  it('is the one in config/protocol.schema.json (vitest -u writes it anew)', async () => {
    await expect(`${JSON.stringify(protocolSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../config/protocol.schema.json',
    );
  });

  it('accepts what a server really sends and what a client may send, and refuses other things', async () => {
    const valid = ajv.compile(protocolSchema());
    const running = await serve();
    const client = await connect(running);
    client.send({ type: 'subscribe', cameras: ['*', 'nowhere'] });
    await client.settled();
    running.cameras.observe('gate', 1, [{ box: [0, 0, 1, 1], classId: 0, label: 'person', score: 0.5 }]);
    running.cameras.change('gate', { cause: 'auth', state: 'failed' });
    await client.until(() => client.of('camera').length > 0 && client.of('observation').length > 0);
    for (const message of client.messages) expect([valid(message), valid.errors]).toEqual([true, null]);
    expect(valid({ type: 'subscribe', cameras: ['gate'], later: 'ignored' })).toBe(true);
    for (const wrong of [
      {},
      { type: 'subscribe' },
      { type: 'observation', seq: 1 },
      { type: 'subscribe', cameras: [] },
      7,
    ]) {
      expect(valid(wrong)).toBe(false);
    }
  });
});

describe('the OpenAPI document', () => {
  const routes = routesOf({
    cameras: new FakeCameras(),
    metrics: new Metrics({ version: '1' }),
    version: '1',
    sources: SOURCE_POLICY,
    configSchema: {},
    ready: () => [],
    about: () => ({}),
  });
  const fetched = async (at: (path: string) => string) =>
    (await (await fetch(at('/api/v1/openapi.json'))).json()) as Document;

  it('names every route once, and no other', async () => {
    const { at } = await serve();
    const { openapi, paths } = await fetched(at);
    const listed = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(openapi).toBe('3.1.0');
    expect(listed.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    const ids = Object.values(paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes each parameter in a path, and where a login is needed', () => {
    const { paths } = openApi(routes, '1') as Document;
    for (const route of routes) {
      const operation = paths[route.path]![route.method]!;
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(
        inPath,
      );
      expect(operation.security.length > 0).toBe(route.role !== 'public');
      expect(401 in operation.responses).toBe(route.role !== 'public');
      expect(operation.requestBody !== undefined).toBe(route.body !== undefined);
      for (const { description } of Object.values(operation.responses)) expect(description).toMatch(/\.$/);
    }
  });

  it('describes the answers that are really given', async () => {
    const { at, cameras } = await serve();
    cameras.picturise('gate', { data: jpegOf(20) });
    const document = await fetched(at);
    const problem = ajv.compile(document.components.schemas.Problem!);
    for (const [path, operations] of Object.entries(document.paths)) {
      if (path.endsWith('.mjpeg')) continue;
      for (const camera of ['gate', 'nowhere']) {
        for (const method of Object.keys(operations)) {
          const body = method === 'post' ? JSON.stringify({ camera: 'x', source: 'file:///x' }) : undefined;
          const response = await fetch(at(path.replace('{camera}', camera)), { method: method.toUpperCase(), body });
          const described = operations[method]!.responses[response.status];
          expect(`${method} ${path} ${response.status} ${described !== undefined}`).toBe(
            `${method} ${path} ${response.status} true`,
          );
          const text = await response.text();
          const [type, content] = Object.entries(described!.content ?? {})[0] ?? [];
          if (type === undefined) expect(text).toBe('');
          else expect(response.headers.get('content-type')!.split(';')[0]).toBe(type.split(';')[0]);
          if (content?.schema === undefined) continue;
          const valid = '$ref' in content.schema ? problem : ajv.compile(content.schema);
          expect([valid(JSON.parse(text)), valid.errors]).toEqual([true, null]);
        }
      }
    }
  });
});

describe('the documents', () => {
  it('are served: configuration schema, protocol schema, and what the program says of itself', async () => {
    const { at } = await serve({ configSchema: { title: 'configuration' }, about: () => ({ model: 'yolo' }) });
    expect(await (await fetch(at('/api/v1/config.schema.json'))).json()).toEqual({ title: 'configuration' });
    expect(await (await fetch(at('/api/v1/protocol.schema.json'))).json()).toEqual(
      JSON.parse(JSON.stringify(protocolSchema())),
    );
    expect(await (await fetch(at('/api/v1/about'))).json()).toEqual({
      version: '1.2.3',
      login: false,
      protocol: 1,
      role: 'admin',
      model: 'yolo',
    });
  });
});
