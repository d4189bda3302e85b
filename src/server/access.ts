import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { LookoutError } from '#core/errors.js';
import type { Role } from '#core/message.js';
import { isLoopback } from './guard.js';

export interface AccessOptions {
  /** `auto` (default): required when bound beyond loopback or when there are tokens. `off` must be asked for. */
  readonly mode?: 'auto' | 'required' | 'off';
  /** Secrets of at least 16 characters, each with what it allows. */
  readonly tokens?: readonly { readonly token: string; readonly role: Role }[];
  /** How long a login in the browser lasts; default 168 (a week). */
  readonly sessionHours?: number;
}

export const SESSION_COOKIE = 'lookout_session';
const SHORTEST_TOKEN = 16;

interface Known {
  readonly digest: Buffer;
  readonly role: Role;
}

/**
 * Who may do what. A token comes in the `Authorization: Bearer` header, or once in the login form and then as a cookie:
 * `role.expiry.signature`, signed with a key made of all tokens, so that it survives a restart and dies with its token.
 */
export class Access {
  readonly required: boolean;
  readonly #known: readonly Known[];
  readonly #key: Buffer;
  readonly #sessionMs: number;

  /** @throws LookoutError kind `config` when tokens are needed and there is none, or one is too short */
  constructor(options: AccessOptions, host: string) {
    const tokens = options.tokens ?? [];
    const mode = options.mode ?? 'auto';
    this.required = mode === 'required' || (mode === 'auto' && (!isLoopback(host) || tokens.length > 0));
    if (this.required && tokens.length === 0) {
      throw new LookoutError(
        'config',
        `the server is to listen on ${host}, where others can reach it: set a token (at least ${SHORTEST_TOKEN} ` +
          'characters), bind to 127.0.0.1, or switch authentication off explicitly',
      );
    }
    const short = tokens.findIndex(({ token }) => token.length < SHORTEST_TOKEN);
    if (short >= 0) {
      throw new LookoutError('config', `token ${short + 1}: expected at least ${SHORTEST_TOKEN} characters`);
    }
    this.#known = tokens.map(({ token, role }) => ({ digest: sha256(token), role }));
    this.#key = sha256(this.#known.map(({ digest, role }) => `${role}:${digest.toString('hex')}`).join('\n'));
    this.#sessionMs = (options.sessionHours ?? 168) * 3_600_000;
  }

  /** The role of a token. Takes as long for a wrong one, whatever is right about it. */
  roleOfToken(token: string): Role | undefined {
    const digest = sha256(token);
    let role: Role | undefined;
    for (const known of this.#known) if (timingSafeEqual(known.digest, digest)) role = known.role;
    return role;
  }

  /** Content of the cookie for a role, and its age, seconds. */
  session(role: Role, nowMs: number): { readonly value: string; readonly maxAge: number } {
    const expires = Math.floor(nowMs + this.#sessionMs);
    const claim = `${role}.${expires}`;
    return { value: `${claim}.${this.#sign(claim)}`, maxAge: Math.floor(this.#sessionMs / 1000) };
  }

  roleOfSession(value: string, nowMs: number): Role | undefined {
    const [role, expires, signature, ...rest] = value.split('.');
    if ((role !== 'viewer' && role !== 'admin') || expires === undefined || signature === undefined) return undefined;
    if (rest.length > 0 || !/^\d{1,16}$/.test(expires) || Number(expires) <= nowMs) return undefined;
    const right = timingSafeEqual(sha256(signature), sha256(this.#sign(`${role}.${expires}`)));
    return right ? role : undefined;
  }

  #sign(claim: string): string {
    return createHmac('sha256', this.#key).update(claim).digest('base64url');
  }
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(header ?? '')?.[1];
}

/** One cookie of a `Cookie` header. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
