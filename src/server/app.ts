import { performance } from 'node:perf_hooks';
import type { HttpBindings } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { Logger } from '#core/logger.js';
import type { Gate } from './gate.js';
import { securityHeaders } from './headers.js';
import { loginRoutes } from './login.js';
import type { Metrics } from './metrics.js';
import { type AppContext, problem, type Route, type Variables } from './route.js';

export interface AppOptions {
  readonly routes: readonly Route[];
  readonly gate: Gate;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Folder of the built page; absent: none is served. */
  readonly web?: string;
}

type App = Hono<{ Bindings: HttpBindings; Variables: Variables }>;

const MOST_BODY_BYTES = 64 * 1024;

/** Everything that is answered over HTTP. */
export function createApp(options: AppOptions): App {
  const app: App = new Hono();
  app.use(observed(options));
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders())) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  });
  app.use(async (c, next) => options.gate.refuse(c) ?? (await next()));
  app.use(async (c, next) => tooLong(c) ?? (await next()));
  for (const route of options.routes) mount(app, route);
  loginRoutes(app, options);
  app.all('/api/*', () => problem(404, 'there is no such route; see /api/v1/openapi.json'));
  if (options.web !== undefined) page(app, options.web);
  app.notFound(() => problem(404, 'not found'));
  app.onError((error, c) => {
    options.logger.error({ error, method: c.req.method, path: c.req.path }, 'a request failed');
    return problem(500, 'internal error');
  });
  return app;
}

/** Bodies say their length, which the HTTP parser enforces, so one look at the header is enough. */
function tooLong(c: AppContext): Response | undefined {
  const { headers } = c.env.incoming;
  if (headers['transfer-encoding'] !== undefined) return problem(411, 'a Content-Length is needed');
  const length = Number(headers['content-length'] ?? 0);
  return length > MOST_BODY_BYTES ? problem(413, `at most ${MOST_BODY_BYTES} bytes`) : undefined;
}

/** Times each request under the name of its route, of which there are few. */
function observed({ metrics }: AppOptions) {
  return async (c: AppContext, next: () => Promise<void>): Promise<void> => {
    const start = performance.now();
    c.set('route', 'other');
    await next();
    metrics.request(c.get('route'), c.res.status, (performance.now() - start) / 1000);
  };
}

function mount(app: App, route: Route): void {
  app.on(route.method.toUpperCase(), route.path.replace(/\{(\w+)\}/g, ':$1'), async (c) => {
    c.set('route', route.path);
    const role = c.get('role');
    if (route.role !== 'public' && role === undefined) {
      return problem(401, 'a login is needed', { 'WWW-Authenticate': 'Bearer' });
    }
    if (route.role === 'admin' && role !== 'admin') return problem(403, 'admins only');
    const body = route.body === undefined ? undefined : await c.req.json().catch(() => undefined);
    const inputs = [
      [route.params, c.req.param()],
      [route.query, c.req.query()],
      [route.body, body],
    ] as const;
    const [params, query, content] = inputs.map(([schema, value]) => schema?.safeParse(value));
    const wrong = [params, query, content].find((result) => result?.success === false);
    if (wrong !== undefined) {
      const issue = wrong.error!.issues[0]!;
      return problem(400, `${issue.path.join('.') || 'request'}: ${issue.message}`);
    }
    return route.answer({
      context: c,
      role: role ?? 'viewer',
      params: (params?.data ?? {}) as Record<string, string>,
      query: query?.data ?? {},
      body: content?.data,
    });
  });
}

/** The page: hashed assets for a year, everything else asked for again each time. */
function page(app: App, root: string): void {
  app.get('*', async (c, next) => {
    c.set('route', 'page');
    if (c.get('role') === undefined) return c.redirect('/login');
    await next();
    const hashed = c.req.path.startsWith('/assets/');
    c.res.headers.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    return undefined;
  });
  app.get('*', serveStatic({ root }));
}
