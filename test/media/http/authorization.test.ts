import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ask } from '#media/http/ask.js';
import { authorization } from '#media/http/authorization.js';
import { oneClientServer } from '../../support/one-client.js';

const credentials = { user: 'Mufasa', password: 'Circle Of Life' };
const path = '/dir/index.html';

/** Computed from what the answer says of itself, as a server does. */
function expected(said: string, hash: string): string {
  const of = (...parts: string[]) => createHash(hash).update(parts.join(':')).digest('hex');
  const field = (name: string) => new RegExp(`\\b${name}="?([^",]+)`).exec(said)?.[1];
  const fresh = field('qop') ? ['nc', 'cnonce', 'qop'].map((name) => field(name)!) : [];
  return of(of('Mufasa', field('realm')!, credentials.password), field('nonce')!, ...fresh, of('GET', field('uri')!));
}

describe('the answer to a challenge', () => {
  it('is that of the example of RFC 2069', () => {
    // RFC 2069, 2.4, with the response of its erratum 749.
    const old = authorization(
      'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"',
      path,
      {
        user: 'Mufasa',
        password: 'CircleOfLife',
      },
    );
    expect(old).toContain('response="1949323746fe6a43ef61f9606e7febea"');
    expect(old).toContain('opaque="5ccc"');
  });

  it.each([
    ['Digest realm="a, b", nonce="n1", qop="auth,auth-int", algorithm=MD5', 'md5', 'qop=auth, nc=00000001'],
    ['Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"', 'sha256', 'algorithm=SHA-256'],
    ['Digest realm="r", nonce="n", algorithm=SHA-512-256, Digest realm="r", nonce="n2"', 'md5', 'nonce="n2"'],
    ['Basic realm="cam", Digest realm="r", nonce="n", stale="FALSE"', 'md5', 'uri="/dir/index.html"'],
    ['Digest realm="r", nonce="n", Basic realm="cam"', 'md5', 'username="Mufasa"'],
  ])('%s', (challenges, hash, part) => {
    const said = authorization(challenges, path, credentials)!;
    expect(said).toMatch(/^Digest /);
    expect(said).toContain(part);
    if (!challenges.includes('a, b')) expect(said).toContain(`response="${expected(said, hash)}"`);
  });

  it.each([
    ['Basic realm="cam"', 'Basic TXVmYXNhOkNpcmNsZSBPZiBMaWZl'],
    ['Digest realm="r", nonce="n", qop="auth-int", Basic realm="r"', 'Basic TXVmYXNhOkNpcmNsZSBPZiBMaWZl'],
    ['Digest realm="r", nonce="n", qop="auth-int"', undefined],
    ['Digest realm="r"', undefined],
    ['Negotiate', undefined],
    ['', undefined],
  ])('%s: %s', (challenges, said) => {
    expect(authorization(challenges, path, credentials)).toBe(said);
  });
});

describe('a camera that asks for a password', () => {
  const isKnown = ({ headers: { authorization: said = '' }, url }: IncomingMessage) =>
    said.includes(`uri="${url}"`) && said.includes(`response="${expected(said, 'md5')}"`);

  const guarded = () =>
    oneClientServer((request, response) => {
      const challenge = { 'WWW-Authenticate': ['Basic realm="cam"', 'Digest realm="cam", nonce="n0", qop="auth"'] };
      if (isKnown(request)) response.end('picture');
      else response.writeHead(401, challenge).end('no');
    });

  it('gets it, each connection after the other', async () => {
    const server = await guarded();
    const { response } = (await ask(server.url('/cam?resolution=640', 'Mufasa:Circle%20Of%20Life')))!;
    expect(String(await response.toArray())).toBe('picture');
    expect([server.connections, server.refused]).toEqual([2, 0]);
  });

  it.each([
    ['a wrong one', 'Mufasa:wrong', 2],
    ['none', undefined, 1],
  ])('is asked no more often than there is an answer: %s', async (_, said, connections) => {
    const server = await guarded();
    expect(await ask(server.url('/cam', said))).toBeUndefined();
    expect(server.connections).toBe(connections);
  });

  it('on another host does not get the password of this one', async () => {
    let heard: unknown = 'nothing';
    const other = await oneClientServer((request, response) => {
      heard = request.headers.authorization;
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="other"' }).end();
    });
    const server = await oneClientServer((_, response) => response.writeHead(302, { Location: other.url('/') }).end());
    expect(await ask(server.url('/cam', 'Mufasa:secret'))).toBeUndefined();
    expect([heard, other.connections]).toEqual([undefined, 1]);
  });

  it('and sends on for ever is left', async () => {
    const server = await oneClientServer((_, response) => response.writeHead(302, { Location: '/again' }).end());
    expect(await ask(server.url('/'))).toBeUndefined();
    expect(server.connections).toBe(8);
  });
});
