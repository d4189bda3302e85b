import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Plan } from './plan.js';

const DAY_MS = 86_400_000;
/** Drivers and loads change: after this time a plan is measured again. */
const KEPT_DAYS = 14;

const schema = z.object({
  savedAt: z.number(),
  plan: z.object({
    provider: z.string(),
    workers: z.int().positive().max(1024),
    threads: z.int().positive().max(1024),
    maxBatch: z.int().positive(),
    lean: z.boolean(),
    fellBack: z.array(z.string()),
  }),
});

/** The user's cache folder for lookout. */
export function userCacheDir(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'lookout', 'cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'lookout');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lookout');
}

/** Keeps plans by everything that they depend on. A cache that cannot be read or written is no error: it is measured again. */
export class PlanCache {
  readonly #folder: string | undefined;

  constructor(folder: string | false = userCacheDir()) {
    this.#folder = folder === false ? undefined : join(folder, 'plans');
  }

  #path(key: unknown): string {
    const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex');
    return join(this.#folder!, `${hash.slice(0, 32)}.json`);
  }

  async load(key: unknown): Promise<Plan | undefined> {
    if (this.#folder === undefined) return undefined;
    try {
      const { savedAt, plan } = schema.parse(JSON.parse(await readFile(this.#path(key), 'utf8')));
      return Date.now() - savedAt < KEPT_DAYS * DAY_MS ? plan : undefined;
    } catch {
      return undefined;
    }
  }

  async save(key: unknown, plan: Plan): Promise<void> {
    if (this.#folder === undefined) return;
    const path = this.#path(key);
    const draft = `${path}.${process.pid}.tmp`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(draft, JSON.stringify({ savedAt: Date.now(), plan }));
      await rename(draft, path);
    } catch {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  async forget(key: unknown): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#path(key), { force: true }).catch(() => undefined);
  }
}
