/** What the running program says of itself; grows additively. */
export interface About {
  readonly version?: string;
  /** Whether there is a login, and so a way out. */
  readonly login?: boolean;
  readonly model?: string;
  /** What the model really runs on. */
  readonly device?: string;
  /** What this machine carries, in words. */
  readonly capacity?: string;
  /** Source of the demo scene, where there is one. */
  readonly demo?: string;
}

export async function about(): Promise<About> {
  const answer = await fetch('/api/v1/about').catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as About) : {};
}

/** Adds a camera; returns why not, or undefined when it was added. */
export async function addCamera(camera: string, source: string): Promise<string | undefined> {
  const headers = { 'Content-Type': 'application/json' };
  return problemOf('/api/v1/cameras', { method: 'POST', headers, body: JSON.stringify({ camera, source }) });
}

/** Takes a camera away that was added from the page; returns why not, or undefined when it is gone. */
export async function removeCamera(camera: string): Promise<string | undefined> {
  return problemOf(`/api/v1/cameras/${encodeURIComponent(camera)}`, { method: 'DELETE' });
}

export async function logOut(): Promise<void> {
  await fetch('/logout', { method: 'POST', redirect: 'manual' }).catch(() => undefined);
  location.assign('/login');
}

async function problemOf(url: string, request: RequestInit): Promise<string | undefined> {
  const answer = await fetch(url, request).catch(() => undefined);
  if (answer === undefined) return 'the server cannot be reached';
  if (answer.ok) return undefined;
  const body = (await answer.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
  return body?.error?.message ?? `the server answered ${answer.status}`;
}
