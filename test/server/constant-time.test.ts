import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Access } from '#server/access.js';
import { ADMIN, tokens, VIEWER } from './tokens.js';

/** The lengths of each pair of values that was compared in constant time. */
const compared: [number, number][] = [];
const { timingSafeEqual } = crypto;

beforeAll(() => {
  crypto.timingSafeEqual = (a, b) => {
    compared.push([a.byteLength, b.byteLength]);
    return timingSafeEqual(a, b);
  };
  syncBuiltinESMExports();
});
afterAll(() => {
  crypto.timingSafeEqual = timingSafeEqual;
  syncBuiltinESMExports();
});

describe('a secret is compared by digests of one length, all of it', () => {
  const access = new Access({ tokens }, '0.0.0.0');

  it.each([
    ['the first one', ADMIN],
    ['the last one', VIEWER],
    ['one that begins right', ADMIN.slice(0, -1)],
    ['one that is longer', `${ADMIN}x`],
    ['nothing', ''],
    ['a very long one', 'x'.repeat(100_000)],
  ])('a token with every known one: %s', (_, token) => {
    compared.length = 0;
    access.roleOfToken(token);
    expect(compared).toEqual([
      [32, 32],
      [32, 32],
    ]);
  });

  it.each(['', 'x', 'x'.repeat(43), 'x'.repeat(10_000)])('the signature of a session: %s', (signature) => {
    compared.length = 0;
    expect(access.roleOfSession(`admin.99999999999999.${signature || 'A'}`, 0)).toBeUndefined();
    expect(compared).toEqual([[32, 32]]);
  });
});
