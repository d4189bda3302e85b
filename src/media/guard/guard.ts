import { bareHost } from '#core/host.js';
import { SourceError } from '#core/source-error.js';
import type { SourceRules } from '#core/source-rules.js';
import { type Location, locate, portOf } from '../location.js';
import { type CheckedConnectOptions, type Connect, checkedConnect } from './checked-connect.js';
import { httpProxy } from './http-proxy.js';
import type { LoopbackServer } from './loopback-server.js';
import { rtspRelay } from './rtsp-relay.js';

/** What ffmpeg is given in place of a source that must lead nowhere else. */
export interface Guard {
  readonly location: Location;
  /** Of the child; absent: as it is. */
  readonly env?: NodeJS.ProcessEnv;
  /** Options of the demuxer, by name. */
  readonly format: Readonly<Record<string, string>>;
  /** Why the newest connection did not come about, if so. */
  readonly fault: SourceError | undefined;
  close(): void;
}

/** Demuxers of files that hold their pictures themselves. Playlists, which a file may be whatever its name, open others. */
const CONTAINERS =
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,asf,mpeg,mpegvideo,mpegts,ogg,h264,hevc,m4v,mjpeg,' +
  'image2,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,gif';

/**
 * Judges a source at the moment when it is opened, and lets ffmpeg have that and nothing beyond: URLs through a proxy or a relay
 * on loopback that connects to open addresses only, files as the containers that they are.
 * @throws SourceError `forbidden` when the source is not open (any more)
 */
export async function openGuard(
  { name, input, scheme, remote }: Location,
  rules: SourceRules,
  resolve?: CheckedConnectOptions['resolve'],
): Promise<Guard> {
  if (!remote) return fileGuard(name, rules);
  let fault: SourceError | undefined;
  const failed = (error: unknown) => {
    if (error instanceof SourceError) fault = error;
  };
  const checked = checkedConnect({ name, isOpen: (address) => rules.isOpen(address), ...(resolve && { resolve }) });
  const connect: Connect = async (host, port) => {
    const socket = await checked(host, port).catch((error: unknown) => {
      failed(error);
      throw error;
    });
    fault = undefined;
    return socket;
  };
  const of = (server: LoopbackServer, given: Pick<Guard, 'location' | 'env'>): Guard => ({
    ...{ ...given, format: {}, close: () => server.close() },
    get fault() {
      return fault;
    },
  });
  if (scheme === 'http' || scheme === 'https') {
    const proxy = await httpProxy({ connect, isPlainOpen: rules.schemes.includes('http'), name, failed });
    const { no_proxy: _, ...env } = process.env;
    const location = { name, input, scheme, remote, live: false };
    return of(proxy, { location, env: { ...env, http_proxy: `http://127.0.0.1:${proxy.port}` } });
  }
  const url = new URL(input);
  const port = portOf(url);
  if (!port) throw new SourceError('forbidden', `${name}: expected a URL of rtsp, rtsps, http, https`);
  const host = bareHost(url.hostname);
  const relay = await rtspRelay({ name, host, port, tls: scheme === 'rtsps', connect, failed });
  const near = input.replace(/^([a-z]+:\/\/)([^/?#]*@)?[^/?#]*/i, `rtsp://$2127.0.0.1:${relay.port}`);
  return of(relay, { location: { name, input: near, scheme: 'rtsp', remote, live: true } });
}

async function fileGuard(name: string, rules: SourceRules): Promise<Guard> {
  const verdict = await rules.check(name);
  if (!verdict.allowed) throw new SourceError('forbidden', `${name}: ${verdict.reason}`);
  return {
    location: locate(verdict.source),
    format: { format_whitelist: CONTAINERS },
    fault: undefined,
    close: () => undefined,
  };
}
