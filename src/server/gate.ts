import type { IncomingHttpHeaders } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Role } from '#core/message.js';
import { type Access, bearerToken, cookieOf, SESSION_COOKIE } from './access.js';
import { hostAllowed, originAllowed } from './guard.js';
import type { ServerMetrics } from './metrics.js';
import { type AppContext, problem } from './route.js';
import { Throttle } from './throttle.js';
import { TokenBuckets } from './token-bucket.js';

export interface GateOptions {
  readonly access: Access;
  readonly metrics: ServerMetrics;
  /** Bound to this machine only. */
  readonly loopbackOnly: boolean;
  /** Names under which the server may be called beside addresses and `localhost`. */
  readonly hosts: readonly string[];
  /** Origins of other pages that may talk to it, e.g. `https://home.example`. */
  readonly origins: readonly string[];
  readonly secure: boolean;
  /** Requests per address. */
  readonly requests?: { readonly perSecond: number; readonly burst: number };
}

/** Why somebody is not let in. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 421 | 429;
  readonly message: string;
  readonly retryAfterS?: number;
}

/** Stands before every request and every WebSocket. */
export class Gate {
  readonly access: Access;
  readonly #throttle = new Throttle();
  readonly #requests: TokenBuckets;

  constructor(private readonly options: GateOptions) {
    this.access = options.access;
    this.#requests = new TokenBuckets(options.requests ?? { perSecond: 100, burst: 1000 });
  }

  /** Checks host, rate, origin and credentials of a request; sets its role, or refuses it. */
  refuse(c: AppContext): Response | undefined {
    const { headers, socket } = c.env.incoming;
    const result = this.admit(headers, socket.remoteAddress, !['GET', 'HEAD'].includes(c.req.method));
    if (typeof result === 'object') {
      return problem(result.status, result.message, retryAfter(result.retryAfterS));
    }
    c.set('role', result);
    return undefined;
  }

  /** The role of who asks (undefined: nobody known), or a refusal. `checkOrigin` for all that changes something. */
  admit(headers: IncomingHttpHeaders, address: string | undefined, checkOrigin: boolean): Role | undefined | Refusal {
    const { access, loopbackOnly, hosts, origins } = this.options;
    const now = performance.now();
    const from = address ?? '';
    if (!this.#requests.take(from, now)) return { status: 429, message: 'too many requests', retryAfterS: 1 };
    if (!hostAllowed(headers.host, { authenticated: access.required, loopbackOnly, names: hosts })) {
      return {
        status: 421,
        message: 'this server does not answer to that host name; see server.hosts in the configuration',
      };
    }
    const foreign = headers['sec-fetch-site'] === 'cross-site' && headers.origin === undefined;
    if (checkOrigin && (foreign || !originAllowed(headers.origin, headers.host, origins))) {
      return { status: 403, message: 'requests from other sites are refused' };
    }
    if (!access.required) return 'admin';
    const token = bearerToken(headers.authorization);
    if (token !== undefined) return this.#byToken(token, from, now);
    return access.roleOfSession(cookieOf(headers.cookie, SESSION_COOKIE) ?? '', Date.now());
  }

  /** A try to log in. */
  login(c: AppContext, token: string): { readonly role?: Role; readonly waitMs: number } {
    if (!this.access.required) return { role: 'admin', waitMs: 0 };
    const address = c.env.incoming.socket.remoteAddress ?? '';
    const result = this.#byToken(token, address, performance.now());
    if (typeof result === 'string') return { role: result, waitMs: 0 };
    return { waitMs: (result.retryAfterS ?? 0) * 1000 };
  }

  /** Value and attributes of the session cookie. */
  cookie(value: string, maxAge: number): string {
    return `${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${this.options.secure ? '; Secure' : ''}`;
  }

  #byToken(token: string, from: string, now: number): Role | Refusal {
    const waitMs = this.#throttle.wait(from, now);
    if (waitMs > 0) return { status: 429, message: 'too many wrong tokens', retryAfterS: Math.ceil(waitMs / 1000) };
    const role = this.access.roleOfToken(token);
    if (role !== undefined) {
      this.#throttle.succeeded(from);
      return role;
    }
    this.#throttle.failed(from, now);
    this.options.metrics.loginFailed();
    return { status: 401, message: 'the token is wrong' };
  }
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
}
