import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, connect, handshake, serve } from './support.js';
import { ADMIN, access, bearer, VIEWER } from './tokens.js';

afterEach(closeAll);

describe('authentication', () => {
  it.each([
    ['nobody', {}, [200, 401, 401, 401]],
    ['a viewer', bearer(VIEWER), [200, 200, 200, 403]],
    ['an admin', bearer(ADMIN), [200, 200, 200, 404]],
    ['a wrong token', bearer('wrong-token-0123456789'), [401, 401, 401, 401]],
  ])('lets %s do what the role allows', async (_, init, expected) => {
    const { at } = await serve({ access });
    const paths = ['/healthz', '/api/v1/cameras', '/metrics'];
    const statuses = [];
    for (const path of paths) statuses.push((await fetch(at(path), init)).status);
    statuses.push((await fetch(at('/api/v1/cameras/none'), { method: 'DELETE', ...init })).status);
    expect(statuses).toEqual(expected);
  });

  it('guards the WebSocket, where the role decides who may publish', async () => {
    const running = await serve({ access });
    expect(await handshake(running.at('/api/v1/ws'))).toBe(401);
    expect(await handshake(running.at('/api/v1/ws'), { Authorization: 'Bearer nonsense-0123456789' })).toBe(401);
    const viewer = await connect(running, bearer(VIEWER));
    expect(viewer.of('hello')[0]!.role).toBe('viewer');
    viewer.send({ type: 'publish', camera: 'laptop' });
    await viewer.until(() => viewer.of('error').length === 1);
    expect([viewer.of('error')[0]!.code, running.cameras.webcams.size]).toEqual(['forbidden', 0]);
  });

  it('logs in by a form, keeps a cookie that scripts cannot read, and logs out', async () => {
    const running = await serve({ access, web: undefined });
    const { at } = running;
    const page = await fetch(at('/login'));
    const html = await page.text();
    expect([page.status, html.includes('type="password"'), html.includes('<script')]).toEqual([200, true, false]);
    const login = (token: string) =>
      fetch(at('/login'), { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' });
    const wrong = await login('wrong-token-0123456789');
    expect([
      wrong.status,
      wrong.headers.get('set-cookie'),
      (await wrong.text()).includes('This token is wrong.'),
    ]).toEqual([401, null, true]);
    const right = await login(VIEWER);
    const cookie = right.headers.get('set-cookie')!;
    expect([right.status, right.headers.get('location')]).toEqual([303, '/']);
    expect(cookie).toMatch(/^lookout_session=viewer\.\d+\.[\w-]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/);
    const session = { Cookie: cookie.split(';')[0]! };
    expect((await fetch(at('/api/v1/cameras'), { headers: session })).status).toBe(200);
    expect(await handshake(at('/api/v1/ws'), session)).toBe(101);
    expect((await fetch(at('/api/v1/cameras'), { headers: { Cookie: `${session.Cookie}x` } })).status).toBe(401);
    const out = await fetch(at('/logout'), { method: 'POST', headers: session, redirect: 'manual' });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      303,
      'lookout_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
  });

  it('slows guessing down, by form and by header alike, and counts it', async () => {
    const { at, metrics } = await serve({ access });
    const guess = () => fetch(at('/api/v1/cameras'), bearer('wrong-token-0123456789'));
    for (let i = 0; i < 5; i++) expect((await guess()).status).toBe(401);
    const blocked = await guess();
    expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '1']);
    const form = await fetch(at('/login'), { method: 'POST', body: new URLSearchParams({ token: ADMIN }) });
    expect([form.status, (await form.text()).includes('Try again in 1 s')]).toEqual([429, true]);
    expect(await metrics.registry.metrics()).toContain('lookout_login_failures_total 5');
  });
});
