/** A host as sockets and resolvers want it: an IPv6 address without the brackets that URLs put around it. */
export function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
