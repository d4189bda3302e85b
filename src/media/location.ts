import { constants } from 'node:fs';
import { access, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { closest, distance } from 'fastest-levenshtein';
import { redact } from '#core/redact.js';
import { SourceError } from '#core/source-error.js';

/** A source as the user named it, and what ffmpeg is told to open. */
export interface Location {
  /** For people: the path, or the URL without its secrets. */
  readonly name: string;
  /** What stands behind `-i`. */
  readonly input: string;
  readonly scheme: string;
  readonly remote: boolean;
  /** Never ends by itself: a camera or a broadcast. */
  readonly live: boolean;
  /** A capture device of the machine. */
  readonly device?: true;
}

const LIVE = new Set(['rtsp', 'rtsps', 'rtmp', 'rtmps', 'udp', 'rtp', 'srt', 'tcp']);

const PORTS: Readonly<Record<string, number>> = {
  ...{ 'rtsp:': 554, 'rtsps:': 322, 'http:': 80, 'https:': 443, 'rtmp:': 1935, 'rtmps:': 443 },
};

/** The port of a URL of a scheme over TCP; undefined for other schemes. */
export function portOf({ port, protocol }: URL): number | undefined {
  const usual = PORTS[protocol];
  return usual === undefined || port === '' ? usual : Number(port);
}

/** Video for Linux. */
const DEVICE = /^\/dev\/video\d+$/;

export function locate(source: string): Location {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(source)?.[1]?.toLowerCase() ?? 'file';
  if (DEVICE.test(source)) {
    return { name: source, input: source, scheme: 'v4l2', remote: false, live: true, device: true };
  }
  if (scheme === 'file') {
    const path = source.startsWith('file://') ? decodeURIComponent(source.slice(7)) : source;
    return { name: path, input: `file:${path}`, scheme, remote: false, live: false };
  }
  return { name: redact(source), input: source, scheme, remote: true, live: LIVE.has(scheme) };
}

/**
 * Says what is plainly wrong with a local file before ffmpeg is asked.
 * @throws SourceError `not-found`, `permission`, `empty` or `not-video`
 */
export async function checkFile({ name, remote, device, input }: Location): Promise<void> {
  if (remote || device) return;
  const path = input.slice('file:'.length);
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) throw new SourceError('not-video', `${name}: is a directory, expected a video file`);
    if (facts.isFile() && facts.size === 0) throw new SourceError('empty', `${name}: the file is empty`);
    await access(path, constants.R_OK);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw await unreadable(name, error);
  }
}

async function unreadable(name: string, error: unknown): Promise<SourceError> {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SourceError('not-found', `${name}: not found; ${await neighbour(name)}`, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM')
    return new SourceError('permission', `${name}: permission denied; check who may read it`, { cause: error });
  return new SourceError('unknown', `${name}: cannot be read: ${code ?? error}`, { cause: error });
}

/** The file in the same directory whose name is nearly the same. */
async function neighbour(path: string): Promise<string> {
  const names = await readdir(dirname(path)).catch(() => []);
  const near = closest(basename(path), names);
  return near && distance(near, basename(path)) <= 3 ? `did you mean ${join(dirname(path), near)}?` : 'check the path';
}

/** Whether a file begins with a box of the MP4 family. One that does not, but bears its extension, was never an MP4. */
export async function beginsAsMp4({ input }: Location): Promise<boolean> {
  const file = await open(input.slice('file:'.length), 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot'].includes(buffer.toString('latin1', 4));
  } finally {
    await file.close();
  }
}
