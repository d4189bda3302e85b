import { createHash, randomBytes } from 'node:crypto';
import { unescape as percentDecoded } from 'node:querystring';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Of a URL; undefined where it has none. A `%` that escapes nothing stands for itself. */
export function credentialsOf({ username, password }: URL): Credentials | undefined {
  if (username === '' && password === '') return undefined;
  return { user: percentDecoded(username), password: percentDecoded(password) };
}

/** RFC 7617. */
export function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

const HASHES: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

/**
 * The answer to `WWW-Authenticate` for a GET: digest where it is offered, since cameras that offer both send passwords about
 * otherwise, else basic. Undefined where neither is.
 * @param challenges all of them, joined by commas
 * @param path what is asked for, the query included
 */
export function authorization(challenges: string, path: string, credentials: Credentials): string | undefined {
  for (const [, words] of challenges.matchAll(/\bDigest\s+((?:[\w-]+\s*=\s*(?:"[^"]*"|[^\s",]+)[\s,]*)+)/gi)) {
    const answer = digest(parameters(words!), path, credentials);
    if (answer !== undefined) return answer;
  }
  return /\bBasic\b/i.test(challenges) ? basic(credentials) : undefined;
}

function parameters(words: string): Readonly<Record<string, string>> {
  const pairs = words.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s",]+))/g);
  return Object.fromEntries([...pairs].map(([, key, quoted, bare]) => [key!.toLowerCase(), quoted ?? bare!]));
}

/** RFC 7616, 3.4.1, and RFC 2069 where no `qop` is offered. */
function digest(
  { realm = '', nonce, qop, opaque, algorithm }: Readonly<Record<string, string>>,
  path: string,
  { user, password }: Credentials,
): string | undefined {
  const hash = HASHES[(algorithm ?? 'MD5').toUpperCase()];
  const isOld = qop === undefined;
  if (hash === undefined || nonce === undefined || !(isOld || /\bauth\b(?!-)/.test(qop))) return undefined;
  const of = (...parts: string[]) => createHash(hash).update(parts.join(':')).digest('hex');
  const cnonce = randomBytes(8).toString('hex');
  const fresh = isOld ? [nonce] : [nonce, '00000001', cnonce, 'auth'];
  const response = of(of(user, realm, password), ...fresh, of('GET', path));
  const quoted = { username: user, realm, nonce, uri: path, response, ...(opaque !== undefined && { opaque }) };
  const said = Object.entries(quoted).map(([key, value]) => `${key}="${value.replace(/["\\]/g, '\\$&')}"`);
  if (algorithm !== undefined) said.push(`algorithm=${algorithm}`);
  if (!isOld) said.push('qop=auth', 'nc=00000001', `cnonce="${cnonce}"`);
  return `Digest ${said.join(', ')}`;
}
