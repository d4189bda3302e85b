import { randomBytes } from 'node:crypto';
import type { AccessOptions } from '#server/access.js';
import { isLoopback } from '#server/guard.js';
import type { Session } from './settings.js';

/** Who may enter. Where a token is needed and none is configured, one is made for this run and printed. */
export function accessOf({ settings, terminal }: Session): AccessOptions {
  const { auth: mode, token, viewerToken, sessionHours, host } = settings.server;
  const tokens = [
    ...(token === null ? [] : [{ token, role: 'admin' as const }]),
    ...(viewerToken === null ? [] : [{ token: viewerToken, role: 'viewer' as const }]),
  ];
  const isNeeded = mode === 'required' || (mode === 'auto' && !isLoopback(host));
  if (isNeeded && tokens.length === 0) {
    const made = randomBytes(18).toString('base64url');
    tokens.push({ token: made, role: 'admin' });
    terminal.print(`token of this run: ${made} (set server.token to keep one)`);
  }
  return { mode, tokens, sessionHours };
}
