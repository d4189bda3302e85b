import { once } from 'node:events';
import { request as askHttp, type IncomingMessage } from 'node:http';
import { request as askHttps } from 'node:https';
import { redact } from '#core/redact.js';
import { SourceError } from '#core/source-error.js';
import { type NetworkOptions, timeoutOf } from '../network.js';
import { unanswered } from '../source-fault.js';
import { authorization, credentialsOf } from './authorization.js';

export interface AskOptions extends NetworkOptions {
  /** Ends the answer too. */
  readonly signal?: AbortSignal;
}

/** A good answer, whose body is still to come. */
export interface Answer {
  readonly response: IncomingMessage;
  /** Where it came from, behind all redirects. */
  readonly url: URL;
}

/** Redirects and a challenge. */
const MOST_ROUNDS = 8;

/**
 * GETs a URL as ffmpeg does: redirects are followed, its credentials answer a challenge, certificates need not be signed, and
 * each connection is closed before the next one. Undefined for whatever is not a good answer.
 * @throws SourceError `timeout`; what the signal aborts with
 */
export async function ask(address: string | URL, options: AskOptions = {}): Promise<Answer | undefined> {
  let url = new URL(address);
  const credentials = credentialsOf(url);
  const { host } = url;
  let authorized: string | undefined;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const response = await answerOf(url, authorized, options).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      if (error instanceof SourceError) throw error;
    });
    if (response?.statusCode === 200) return { response, url };
    if (!response) return undefined;
    const { location, 'www-authenticate': challenges } = response.headers;
    const closed = response.socket.destroyed ? undefined : once(response.socket, 'close');
    response.destroy();
    await closed;
    if (location !== undefined && URL.canParse(location, url.href)) {
      url = new URL(location, url);
      if (!/^https?:$/.test(url.protocol)) return undefined;
      authorized = undefined;
    } else if (challenges !== undefined && credentials && url.host === host && authorized === undefined) {
      authorized = authorization(challenges, url.pathname + url.search, credentials);
      if (authorized === undefined) return undefined;
    } else return undefined;
  }
  return undefined;
}

async function answerOf(url: URL, authorized: string | undefined, options: AskOptions): Promise<IncomingMessage> {
  const { signal } = options;
  const request = (url.protocol === 'https:' ? askHttps : askHttp)(url, {
    ...{ agent: false, auth: '', rejectUnauthorized: false, insecureHTTPParser: true, ...(signal && { signal }) },
    headers: { Accept: '*/*', 'User-Agent': 'lookout', ...(authorized !== undefined && { Authorization: authorized }) },
  });
  const patience = setTimeout(() => request.destroy(unanswered(redact(url.href))), timeoutOf(options));
  try {
    request.on('error', () => undefined).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response.on('error', () => undefined);
  } finally {
    clearTimeout(patience);
  }
}
