import { BlockList, isIP } from 'node:net';
import { bareHost } from '#core/host.js';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a host to bind to can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = bareHost(host).toLowerCase();
  if (bare === 'localhost') return true;
  const version = isIP(bare);
  return version !== 0 && loopback.check(bare, version === 6 ? 'ipv6' : 'ipv4');
}

/** The name or address in a `Host` header or URL authority, without port; undefined where there is none. */
export function hostnameOf(authority: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(authority ?? '');
  return match?.[1]?.toLowerCase();
}

/**
 * Against DNS rebinding (a foreign name that resolves to this machine makes the browser treat us as that site): without
 * authentication only addresses, `localhost` and the configured names are answered. With it the foreign page has no
 * cookie for its name, and any name will do.
 */
export function hostAllowed(
  header: string | undefined,
  rule: { readonly authenticated: boolean; readonly loopbackOnly: boolean; readonly names: readonly string[] },
): boolean {
  const name = hostnameOf(header);
  if (name === undefined) return false;
  if (rule.authenticated || rule.names.some((allowed) => allowed.toLowerCase() === name)) return true;
  return rule.loopbackOnly ? isLoopback(name) : name === 'localhost' || isIP(bareHost(name)) !== 0;
}

/** Browsers name the page's origin: it must be ours (same host and port) or a configured one. Programs name none. */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  others: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (others.includes(origin)) return true;
  const authority = /^https?:\/\/([^/\s]+)$/i.exec(origin)?.[1];
  return authority !== undefined && host !== undefined && authority.toLowerCase() === host.toLowerCase();
}
