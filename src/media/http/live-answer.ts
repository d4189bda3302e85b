import type { IncomingMessage } from 'node:http';
import type { Location } from '../location.js';
import { timeoutOf } from '../network.js';
import { type Answer, type AskOptions, ask } from './ask.js';

/** A source behind a web server that never ends by itself. */
export interface LiveAnswer {
  readonly location: Location;
  /** What comes over the one connection that there is; absent for playlists, whose parts are asked for one by one. */
  readonly stdin?: IncomingMessage;
  /** Pictures in a row, without times of their own. */
  readonly clockless?: true;
  /** FFmpeg's name of the demuxer, where it is known. */
  readonly demuxer?: 'mpjpeg';
}

/** No playlist is longer, bytes. */
const LONGEST_PLAYLIST = 4 << 20;

/**
 * Asks a web server for a source, once: what it says of it beforehand tells a file (it has a length) from what is live. A live
 * one is read from this very answer, since many cameras serve one client at a time, or count them; a file is left to be opened
 * again, so that ffmpeg can move about in it. Playlists are live until they say where they end (RFC 8216, 4.3.3.4).
 * @returns undefined for files, and for whatever does not answer well: ffmpeg says what is wrong with it
 */
export async function liveAnswer(location: Location, options: AskOptions): Promise<LiveAnswer | undefined> {
  const { scheme, input } = location;
  // Through a proxy of the user's own, ffmpeg goes by itself.
  if (!/^https?$/.test(scheme) || !URL.canParse(input) || process.env.http_proxy) return undefined;
  const answer = await ask(input, options);
  if (!answer) return undefined;
  const { response } = answer;
  const { 'content-type': type = '', 'content-length': length } = response.headers;
  if (isPlaylist(answer))
    return (await isOpen(answer, options)) ? { location: { ...location, live: true } } : undefined;
  const isRow = /^multipart\/x-mixed-replace/i.test(type);
  if (isRow || (length === undefined && !isPicture(type) && !mayBeTurned(answer))) {
    const read = { ...location, input: 'pipe:0', scheme: 'pipe', remote: false, live: true };
    return { location: read, stdin: response, ...(isRow && { clockless: true, demuxer: 'mpjpeg' }) };
  }
  response.destroy();
  return undefined;
}

function isPlaylist({ response, url }: Answer): boolean {
  return /mpegurl/i.test(response.headers['content-type'] ?? '') || /\.m3u8?$/i.test(url.pathname);
}

function isPicture(type: string): boolean {
  return /^image\//i.test(type);
}

/** Containers whose pictures may be meant to be turned, which is only said beside them: they are probed in any case. */
function mayBeTurned({ response, url }: Answer): boolean {
  const type = response.headers['content-type'] ?? '';
  return /^video\/(mp4|quicktime)\b/i.test(type) || /\.(mp4|m4v|mov)$/i.test(url.pathname);
}

/** Whether more will be added to a playlist: to the first of its variants, where it is a list of those. */
async function isOpen({ response, url }: Answer, options: AskOptions, isVariant = false): Promise<boolean> {
  const text = await textOf(response, options);
  if (!text.startsWith('#EXTM3U') || text.includes('#EXT-X-ENDLIST')) return false;
  const lines = text.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => line.startsWith('#EXT-X-STREAM-INF:'));
  if (at === -1) return true;
  const variant = lines.slice(at).find((line) => line !== '' && !line.startsWith('#')) ?? '';
  if (isVariant || !URL.canParse(variant, url.href)) return false;
  const next = new URL(variant, url);
  if (next.host === url.host) Object.assign(next, { username: url.username, password: url.password });
  const answer = await ask(next, options);
  return answer !== undefined && isOpen(answer, options, true);
}

async function textOf(response: IncomingMessage, options: AskOptions): Promise<string> {
  let text = '';
  response.setTimeout(timeoutOf(options), () => response.destroy());
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk;
      if (text.length > LONGEST_PLAYLIST) break;
    }
  } catch {
    return ''; // torn off, or silent for too long
  }
  return text;
}
