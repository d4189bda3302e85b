import { describe, expect, it } from 'vitest';
import { LookoutError } from '#core/errors.js';
import { Access, bearerToken, cookieOf } from '#server/access.js';
import { hostAllowed, hostnameOf, isLoopback, originAllowed } from '#server/guard.js';
import { ADMIN, tokens, VIEWER } from './tokens.js';

describe('access', () => {
  it.each([
    ['auto', '127.0.0.1', [], false],
    ['auto', 'localhost', [], false],
    ['auto', '::1', [], false],
    ['auto', '127.0.0.1', tokens, true],
    ['auto', '0.0.0.0', tokens, true],
    ['auto', '::', tokens, true],
    ['auto', '192.168.1.5', tokens, true],
    ['required', '127.0.0.1', tokens, true],
    ['off', '0.0.0.0', [], false],
    ['off', '0.0.0.0', tokens, false],
  ] as const)('in mode %s on %s with tokens %j: required is %s', (mode, host, list, required) => {
    expect(new Access({ mode, tokens: list }, host).required).toBe(required);
  });

  it.each([
    ['beyond loopback without a token', {}, '0.0.0.0', 'set a token'],
    ['required without a token', { mode: 'required' }, '127.0.0.1', 'set a token'],
    [
      'with a short token',
      { tokens: [{ token: 'x'.repeat(15), role: 'admin' }] },
      '127.0.0.1',
      'token 1: expected at least 16',
    ],
  ] as const)('refuses to start %s, without repeating the token', (_, options, host, message) => {
    expect(() => new Access(options, host)).toThrow(LookoutError);
    expect(() => new Access(options, host)).toThrow(message);
    expect(() => new Access(options, host)).not.toThrow('xxx');
  });

  it.each([
    [ADMIN, 'admin'],
    [VIEWER, 'viewer'],
    ['', undefined],
    [ADMIN.slice(0, -1), undefined],
    [`${ADMIN} `, undefined],
    [ADMIN.toUpperCase(), undefined],
  ])('knows the token %j as %s', (token, role) => {
    expect(new Access({ tokens }, '0.0.0.0').roleOfToken(token)).toBe(role);
  });

  describe('gives a session', () => {
    const access = new Access({ tokens, sessionHours: 1 }, '0.0.0.0');
    const { value, maxAge } = access.session('viewer', 0);
    const [role, expires, signature] = value.split('.') as [string, string, string];
    it.each([
      ['as it was given', value, 'viewer'],
      ['with another role', `admin.${expires}.${signature}`, undefined],
      ['that lasts longer', `${role}.${Number(expires) + 1}.${signature}`, undefined],
      ['with another signature', `${role}.${expires}.${signature.slice(0, -1)}`, undefined],
      ['without a signature', `${role}.${expires}`, undefined],
      ['with something behind', `${value}.x`, undefined],
      ['of nothing', '', undefined],
      ['of an unknown role', `root.${expires}.${signature}`, undefined],
      ['with an odd expiry', `${role}.1e99.${signature}`, undefined],
    ])('that holds only %s', (_, session, expected) => {
      expect(access.roleOfSession(session, 1000)).toBe(expected);
    });

    it('that ends when its time is over, survives a restart, and dies with its token', () => {
      expect(maxAge).toBe(3600);
      expect([access.roleOfSession(value, 3_599_999), access.roleOfSession(value, 3_600_000)]).toEqual([
        'viewer',
        undefined,
      ]);
      expect(new Access({ tokens }, '0.0.0.0').roleOfSession(value, 0)).toBe('viewer');
      expect(new Access({ tokens: [tokens[0]] }, '0.0.0.0').roleOfSession(value, 0)).toBeUndefined();
    });
  });

  it.each([
    ['Bearer abc', 'abc'],
    ['bearer  abc ', 'abc'],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    [undefined, undefined],
  ])('reads the token of %j', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  it.each([
    ['a=1; b=2', 'b', '2'],
    ['ab=1', 'b', undefined],
    ['b=x=y', 'b', 'x=y'],
    ['', 'b', undefined],
    [undefined, 'b', undefined],
  ])('reads of the cookies %j the one named %s', (header, name, value) => {
    expect(cookieOf(header, name)).toBe(value);
  });
});

describe('the guard', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['[::1]', true],
    ['LOCALHOST', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.0.1', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
  ])('takes %s for loopback: %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });

  it.each([
    ['127.0.0.1:8080', '127.0.0.1'],
    ['[::1]:8080', '[::1]'],
    ['Example.org', 'example.org'],
    ['a b', undefined],
    ['user@host', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads the host of %j', (header, name) => {
    expect(hostnameOf(header)).toBe(name);
  });

  const local = { authenticated: false, loopbackOnly: true, names: [] };
  const open = { authenticated: false, loopbackOnly: false, names: ['Cam.home'] };
  const guarded = { authenticated: true, loopbackOnly: false, names: [] };
  it.each([
    ['the loopback address', '127.0.0.1:8080', local, true],
    ['localhost', 'localhost:8080', local, true],
    ['a name that was rebound to us', 'evil.example:8080', local, false],
    ['another address, on loopback', '192.168.1.5:8080', local, false],
    ['no host', undefined, local, false],
    ['an address, open without login', '192.168.1.5:8080', open, true],
    ['an IPv6 address, open without login', '[fd00::5]:8080', open, true],
    ['a rebound name, open without login', 'evil.example', open, false],
    ['a configured name', 'cam.home:8080', open, true],
    ['any name, behind a login', 'whatever.example', guarded, true],
    ['nonsense, behind a login', 'a b', guarded, false],
  ])('answers to %s: %#', (_, host, rule, allowed) => {
    expect(hostAllowed(host, rule)).toBe(allowed);
  });

  it.each([
    ['no origin: a program', undefined, 'a:1', true],
    ['our own', 'http://a:1', 'a:1', true],
    ['our own behind TLS', 'https://A:1', 'a:1', true],
    ['another port', 'http://a:2', 'a:1', false],
    ['another host', 'http://b:1', 'a:1', false],
    ['a configured one', 'https://home.example', 'a:1', true],
    ['a sandboxed page', 'null', 'a:1', false],
    ['an empty one', '', 'a:1', false],
    ['one that ends like ours', 'http://evil.example/a:1', 'a:1', false],
    ['no host', 'http://a:1', undefined, false],
  ])('admits the origin: %s', (_, origin, host, allowed) => {
    expect(originAllowed(origin, host, ['https://home.example'])).toBe(allowed);
  });
});
