import { readFile } from 'node:fs/promises';
import type { SourceFault } from '#core/source-error.js';
import { SourceError } from '#core/source-error.js';
import { basic, credentialsOf } from './http/authorization.js';
import { checkFile, type Location } from './location.js';
import { type NetworkOptions, timeoutOf } from './network.js';

/**
 * The bytes of a picture: of a file, or from an http(s) address, whose credentials are sent as basic authentication.
 * @throws SourceError
 */
export async function pictureBytes(location: Location, options: NetworkOptions = {}): Promise<Uint8Array> {
  if (location.remote) return downloaded(location, options);
  await checkFile(location);
  return readFile(location.name);
}

async function downloaded({ name, input }: Location, options: NetworkOptions): Promise<Uint8Array> {
  const url = new URL(input);
  const credentials = credentialsOf(url);
  const headers: Record<string, string> = credentials ? { authorization: basic(credentials) } : {};
  url.username = url.password = '';
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutOf(options)) });
    if (!response.ok) throw refused(name, response);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw error instanceof SourceError ? error : unreachable(name, error);
  }
}

const STATUS: Readonly<Record<number, readonly [fault: SourceFault, advice: string]>> = {
  401: ['auth', 'wrong or missing user name and password; put them in the URL (http://user:password@host/path)'],
  403: ['auth', 'the server forbids it; check user name, password and address'],
  404: ['not-found', 'the server knows no such path; check the part after the host'],
};

function refused(name: string, { status, statusText }: Response): SourceError {
  const [fault, advice] = STATUS[status] ?? ['ended', `the server answers ${status} ${statusText}`];
  return new SourceError(fault, `${name}: ${advice}`);
}

/** What fetch says: a timeout, or a `TypeError` whose cause bears the system's code. */
function unreachable(name: string, error: unknown): SourceError {
  const { cause, name: kind } = error as Error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (kind === 'TimeoutError') return new SourceError('timeout', `${name}: no answer in time`, { cause: error });
  if (code === 'ECONNREFUSED') {
    const advice = 'connection refused; nothing listens there, check host and port';
    return new SourceError('refused', `${name}: ${advice}`, { cause: error });
  }
  const why = code === undefined ? '' : ` (${code})`;
  return new SourceError('unreachable', `${name}: the host cannot be reached; check its name${why}`, { cause: error });
}
