/** Tokens of the tests, one of each role. */
export const ADMIN = 'admin-token-0123456789';
export const VIEWER = 'viewer-token-0123456789';
export const tokens = [
  { token: ADMIN, role: 'admin' },
  { token: VIEWER, role: 'viewer' },
] as const;

/** For servers that want a token. */
export const access = { tokens };

/** A request with a token. */
export const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
