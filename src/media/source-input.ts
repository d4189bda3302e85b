import { LookoutError } from '#core/errors.js';
import type { FfmpegVersion } from './ffmpeg-version.js';
import type { Location } from './location.js';
import { type NetworkOptions, networkOptions } from './network.js';

/** How ffmpeg and ffprobe are told of a source. */
export interface SourceInput {
  /** Stand before `-i`. */
  readonly options: readonly string[];
  /** Stands behind `-i`. */
  readonly input: string;
  /** What the child reads from its standard input: an address that must not be seen in the list of processes. */
  readonly script?: string;
}

export interface SourceInputOptions extends NetworkOptions {
  /** The source's times may begin at zero: they are not compared with those of another run. */
  readonly fromZero?: boolean;
  /** Options of the demuxer, by name. */
  readonly format?: Readonly<Record<string, string>>;
}

/** What ffmpeg may open for a source: a playlist or a description must not lead to other places. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  file: 'file,crypto,data',
  rtsp: 'rtsp,rtp,srtp,udp,tcp,tls',
  http: 'http,https,httpproxy,tcp,tls,crypto,data',
  rtmp: 'rtmp,rtmps,tcp,tls',
  rtp: 'rtp,srtp,udp',
};

/** By ffmpeg's name of the protocols; a scheme without an entry gets itself. */
const FAMILY: Readonly<Record<string, string>> = { rtsps: 'rtsp', https: 'http', rtmps: 'rtmp', srtp: 'rtp' };

/**
 * The input of a source: what it may open is limited to its own kind. An address with credentials is handed over on the
 * standard input, as a script of FFmpeg's concat demuxer (from 5.0 on, which can pass options to what it opens): arguments
 * can be read by every user of the machine. The demuxer moves times to zero, so this is only for sources that allow that.
 * @throws LookoutError kind `config` for an address with a line break
 */
export function sourceInput(location: Location, version: FfmpegVersion, options: SourceInputOptions = {}): SourceInput {
  const { input, device, live, name } = location;
  const protocols = protocolsOf(location);
  const format = { ...networkOptions(location, version, options), ...options.format };
  const hasSecret = location.remote && name !== input;
  if (!hasSecret || version.major < 5 || !(live || options.fromZero)) {
    const all = { ...(device ? {} : { protocol_whitelist: protocols }), ...format };
    return { options: Object.entries(all).flatMap(([key, value]) => [`-${key}`, value]), input };
  }
  const concat = ['-f', 'concat', '-safe', '0', '-auto_convert', '0', '-protocol_whitelist', `pipe,${protocols}`];
  return { options: concat, input: 'pipe:0', script: script(location, format) };
}

function protocolsOf({ scheme }: Location): string {
  const family = FAMILY[scheme] ?? scheme;
  return PROTOCOLS[family] ?? family;
}

function script({ input, name }: Location, options: Readonly<Record<string, string>>): string {
  if (/[\r\n]/.test(input)) throw new LookoutError('config', `${name}: the address has a line break`);
  const lines = Object.entries(options).map(([key, value]) => `option ${key} ${value}`);
  return ['ffconcat version 1.0', `file '${input.replaceAll("'", "'\\''")}'`, ...lines, ''].join('\n');
}
