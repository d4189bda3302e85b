import { lookup } from 'node:dns/promises';
import { realpath } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { extname, isAbsolute, resolve, sep } from 'node:path';
import { bareHost } from '#core/host.js';
import type { SourceRules, Verdict } from '#core/source-rules.js';

/** Which sources may be chosen from the page. What is written in the configuration is not restricted. */
export interface SourcePolicy {
  /** Folders whose files may be opened; a relative path is taken from the first. */
  readonly directories: readonly string[];
  /** URL schemes, in lower case. */
  readonly schemes: readonly string[];
  /** Private networks that may be reached, as CIDR, e.g. `192.168.1.0/24`. Public addresses may always be reached. */
  readonly networks: readonly string[];
}

export const SOURCE_POLICY: SourcePolicy = {
  directories: [],
  schemes: ['rtsp', 'rtsps', 'http', 'https'],
  networks: [],
};

/** What the machine says about a source; the judgement itself asks nobody. */
export interface SourceFacts {
  /** The file with all links resolved; undefined when it does not exist. */
  readonly realPath?: string;
  /** The policy's directories with all links resolved. */
  readonly realDirectories?: readonly string[];
  /** What the URL's host resolves to. */
  readonly addresses?: readonly string[];
}

/** Containers and pictures. Playlists (m3u8, sdp, ffconcat ...) would lead on to other files and hosts. */
const EXTENSIONS = new Set(
  '.mp4 .m4v .mov .mkv .webm .avi .flv .wmv .mpg .mpeg .ts .mts .m2ts .3gp .ogv .h264 .h265 .hevc .mjpeg .mjpg .jpg .jpeg .png .gif .bmp .webp'.split(
    ' ',
  ),
);

/** Not on the public Internet, or a way around (RFC 6890, 4193, 4291, 6052, 3056, 4380). */
const PRIVATE = blockList([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/96', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8', '64:ff9b::/96', '2002::/16', '2001::/32'],
]);

/** The pure judgement. `source` of a verdict is what may be opened: the real path, or the URL as it was parsed. */
export function judgeSource(source: string, policy: SourcePolicy, facts: SourceFacts): Verdict {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are refused
  if (source === '' || source.length > 2000 || /[\u0000-\u001f\u007f]/.test(source)) {
    return refused('expected a path or a URL of at most 2000 characters without control characters');
  }
  return urlOf(source) === undefined ? judgePath(policy, facts) : judgeUrl(source, policy, facts);
}

/** Asks the file system or the resolver, then judges. */
export async function checkSource(source: string, policy: SourcePolicy): Promise<Verdict> {
  const url = urlOf(source);
  if (url !== undefined) {
    const host = bareHost(url.hostname);
    const found = host === '' ? [] : await lookup(host, { all: true }).catch(() => []);
    return judgeSource(source, policy, { addresses: found.map(({ address }) => address) });
  }
  const path = isAbsolute(source) ? source : resolve(policy.directories[0] ?? sep, source);
  const realOf = (name: string) => realpath(name).catch(() => undefined);
  const realDirectories = await Promise.all(policy.directories.map(realOf));
  const realPath = await realOf(path);
  return judgeSource(source, policy, {
    realPath,
    realDirectories: realDirectories.filter((name) => name !== undefined),
  });
}

/** The policy for those who open sources, and all that these lead to. */
export function sourceRules(policy: SourcePolicy): SourceRules {
  return { check: (source) => checkSource(source, policy), schemes: policy.schemes, isOpen: openAddresses(policy) };
}

/** Anything of the form `word:` is a URL: to ffmpeg it would be one (`file:`, `concat:`, `pipe:`, `subfile,,...:`). */
function urlOf(source: string): URL | undefined {
  if (!/^[a-z][a-z0-9+.,-]*:/i.test(source)) return undefined;
  return URL.canParse(source) ? new URL(source) : new URL('invalid:');
}

function judgePath(policy: SourcePolicy, { realPath, realDirectories = [] }: SourceFacts): Verdict {
  if (policy.directories.length === 0)
    return refused('files are not open to the page: name directories in the configuration');
  const inside = realDirectories.some((folder) => realPath?.startsWith(folder.endsWith(sep) ? folder : folder + sep));
  // One sentence for both, so that nobody can ask which files exist elsewhere.
  if (realPath === undefined || !inside)
    return refused('there is no such file in the directories that are open to the page');
  if (!EXTENSIONS.has(extname(realPath).toLowerCase())) return refused('expected a video or a picture file');
  return { allowed: true, source: realPath };
}

function judgeUrl(source: string, policy: SourcePolicy, { addresses = [] }: SourceFacts): Verdict {
  const url = urlOf(source)!;
  const scheme = url.protocol.slice(0, -1);
  if (!policy.schemes.includes(scheme)) return refused(`expected a URL of ${policy.schemes.join(', ')}`);
  // Only what every parser reads alike: one @ at most, no backslash, a plain host.
  const authority = /^[a-z0-9+.-]+:\/\/([^/?#]*)/i.exec(source)?.[1];
  if (authority === undefined || /[\\\s]/.test(source) || authority.split('@').length > 2)
    return refused('expected a plain URL');
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/i.test(url.hostname)) return refused('expected a plain host name or address');
  if (addresses.length === 0) return refused('the host is not known');
  if (!addresses.every(openAddresses(policy))) {
    return refused(
      'the host lies in a private network that is not open to the page: name it under networks in the configuration',
    );
  }
  return { allowed: true, source: url.href };
}

/** Public addresses of other machines, and the networks that are open; this machine's own services trust it, whatever its address. */
function openAddresses({ networks }: SourcePolicy): (address: string) => boolean {
  const open = blockList(networks);
  const own = blockList(Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address)));
  return (address) =>
    isIP(address) !== 0 && (contains(open, address) || !(contains(PRIVATE, address) || contains(own, address)));
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/') as [string, string | undefined];
    const version = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, version);
    else list.addSubnet(address, Number(bits), version);
  }
  return list;
}

function refused(reason: string): Verdict {
  return { allowed: false, reason };
}
