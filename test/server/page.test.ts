import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { raw } from './raw.js';
import { closeAll, serve } from './support.js';
import { access, bearer, VIEWER } from './tokens.js';

afterEach(closeAll);

describe('the page', () => {
  const root = mkdtempSync(join(tmpdir(), 'lookout-web-'));
  const web = join(root, 'web');
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(web, 'index.html'), '<!doctype html>page');
  writeFileSync(join(web, 'assets/app-1a2b.js'), 'export {};');
  writeFileSync(join(root, 'secret.txt'), 'secret');
  afterAll(() => rmSync(root, { recursive: true }));

  it('is served with strict headers and sensible caching', async () => {
    const { at } = await serve({ web });
    const index = await fetch(at('/'));
    expect([index.status, await index.text(), index.headers.get('cache-control')]).toEqual([
      200,
      '<!doctype html>page',
      'no-cache',
    ]);
    const policy = index.headers.get('content-security-policy')!;
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "connect-src 'self'",
    ]) {
      expect(policy.split('; ')).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe/);
    expect([index.headers.get('x-content-type-options'), index.headers.get('referrer-policy')]).toEqual([
      'nosniff',
      'same-origin',
    ]);
    const asset = await fetch(at('/assets/app-1a2b.js'));
    expect([asset.headers.get('content-type'), asset.headers.get('cache-control')]).toEqual([
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    for (const path of ['/api/v1/cameras', '/api/nothing', '/nothing', '/healthz', '/login']) {
      expect((await fetch(at(path), { redirect: 'manual' })).headers.get('content-security-policy')).toContain(
        "default-src 'none'",
      );
    }
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/..\\secret.txt',
    '/%00',
    '//etc/passwd',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
  ])('never leaves its folder: %s', async (path) => {
    const { at } = await serve({ web });
    const { status, body } = await raw(at('/'), { path });
    expect([body.includes('secret'), body.includes('root:')]).toEqual([false, false]);
    expect([400, 404]).toContain(status);
  });

  it('sends who is not known to the login, and answers unknown API paths itself', async () => {
    const { at } = await serve({ web, access });
    const page = await fetch(at('/'), { redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([302, '/login']);
    expect((await fetch(at('/api/v2/cameras'), bearer(VIEWER))).status).toBe(404);
  });
});
