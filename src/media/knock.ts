import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Observable } from 'rxjs';
import { bareHost } from '#core/host.js';
import { SourceError, type SourceFault } from '#core/source-error.js';
import type { SourceRules } from '#core/source-rules.js';
import { checkedConnect } from './guard/checked-connect.js';
import { locate, portOf } from './location.js';

/** What a camera that is away may be known by; the others it says itself, so that it is there. */
const AWAY: ReadonlySet<SourceFault> = new Set(['refused', 'unreachable', 'timeout', 'ended', 'stalled']);
/** Between two knocks, ms: from the first, by up to the second more, so that many cameras of one recorder do not knock at once. */
const EVERY_MS = [250, 500] as const;
const PATIENCE_MS = 1000;

export interface KnockOptions {
  /** What ended the connection. */
  readonly error: unknown;
  /** Of a source that may not lead everywhere. */
  readonly rules?: SourceRules | undefined;
}

/**
 * Emits once when a camera that was away lets itself be reached again, so that nobody has to wait any longer: a connection
 * over TCP now and then, far cheaper than an attempt with ffmpeg, ends the wait within a second. Of RTSP an answer is wanted
 * too, whatever it says (`OPTIONS`, RFC 2326, 10.1): a server that stands still is connected to by its system. It says nothing
 * of a camera that was there all the time, whatever is wrong with it, and stops knocking there.
 */
export function reachedAgain(source: string, { error, rules }: KnockOptions): Observable<true> {
  const { name, input, scheme, remote } = locate(source);
  const fault = error instanceof SourceError ? error.fault : error === undefined ? 'ended' : 'unknown';
  if (!remote || !AWAY.has(fault) || !URL.canParse(input)) return new Observable();
  const url = new URL(input);
  const port = portOf(url);
  if (port === undefined) return new Observable();
  const connect = checkedConnect({ name, isOpen: (address) => rules?.isOpen(address) ?? true });
  const greeting =
    scheme === 'rtsp' ? `OPTIONS rtsp://${url.host}${url.pathname} RTSP/1.0\r\nCSeq: 1\r\n\r\n` : undefined;
  /** An RTSP source has one port only, so that it is this one that refused. */
  let wasAway = fault === 'refused' && scheme.startsWith('rtsp');
  return new Observable((subscriber) => {
    let timer: NodeJS.Timeout;
    let attempt: AbortController | undefined;
    let isOver = false;
    const later = () => {
      timer = setTimeout(knock, EVERY_MS[0] + EVERY_MS[1] * Math.random());
    };
    const knock = async (): Promise<void> => {
      // Not AbortSignal.any: Node 20 collects its parts as garbage, and they never abort.
      const own = new AbortController();
      attempt = own;
      const patience = setTimeout(() => own.abort(), PATIENCE_MS);
      try {
        const socket = await connect(bareHost(url.hostname), port, own.signal);
        try {
          if (greeting !== undefined) await answered(socket, greeting, own.signal);
        } finally {
          socket.destroy();
        }
        if (wasAway) subscriber.next(true);
      } catch {
        wasAway = true;
        if (!isOver) later();
      } finally {
        clearTimeout(patience);
      }
    };
    later();
    return () => {
      isOver = true;
      clearTimeout(timer);
      attempt?.abort();
    };
  });
}

/** Waits for the first bytes of an answer. @throws when the connection ends before, or the signal aborts */
async function answered(socket: Socket, greeting: string, signal: AbortSignal): Promise<void> {
  const closed = once(socket, 'close', { signal }).then(() => Promise.reject(new Error('closed')));
  closed.catch(() => undefined);
  socket.write(greeting);
  await Promise.race([once(socket, 'data', { signal }), closed]);
}
