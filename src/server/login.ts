import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { SESSION_COOKIE } from './access.js';
import type { Gate } from './gate.js';
import { securityHeaders } from './headers.js';
import { LOGIN_STYLE, loginPage } from './login-page.js';
import type { AppContext, Variables } from './route.js';

/** The login form, and the way out. */
export function loginRoutes(
  app: Hono<{ Bindings: HttpBindings; Variables: Variables }>,
  { gate }: { readonly gate: Gate },
): void {
  app.use('/login', named('/login'));
  app.use('/logout', named('/logout'));
  app.get('/login', (c) => (c.get('role') === undefined ? page(c) : c.redirect('/')));
  app.post('/login', async (c) => {
    const { token } = await c.req.parseBody();
    const outcome = gate.login(c, typeof token === 'string' ? token : '');
    if (outcome.role === undefined) return page(c, outcome);
    const { value, maxAge } = gate.access.session(outcome.role, Date.now());
    return redirected(gate.cookie(value, maxAge), '/');
  });
  app.post('/logout', () => redirected(gate.cookie('', 0), '/login'));
}

function named(route: string) {
  return async (c: AppContext, next: () => Promise<void>): Promise<void> => {
    c.set('route', route);
    await next();
  };
}

function redirected(cookie: string, location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { Location: location, 'Set-Cookie': `${SESSION_COOKIE}=${cookie}` },
  });
}

function page(c: AppContext, refusal?: { readonly waitMs: number }): Response {
  const seconds = Math.ceil((refusal?.waitMs ?? 0) / 1000);
  const problem = seconds > 0 ? `Too many wrong tokens. Try again in ${seconds} s.` : 'This token is wrong.';
  const status = refusal === undefined ? 200 : seconds > 0 ? 429 : 401;
  const headers = { ...securityHeaders(LOGIN_STYLE), 'Cache-Control': 'no-store' };
  return c.html(loginPage(refusal === undefined ? undefined : problem), status, {
    ...headers,
    ...(seconds > 0 && { 'Retry-After': String(seconds) }),
  });
}
