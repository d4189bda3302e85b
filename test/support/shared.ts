import { existsSync } from 'node:fs';
import { join } from 'node:path';

const candidates = [process.env.LOOKOUT_SHARED, '../shared/data', '../../shared/data'];

/** The folder of real pictures, clips and models that tests may read; undefined where it is missing: skip, visibly. */
export const shared: string | undefined = candidates.find((path) => path !== undefined && existsSync(path));

/** A path inside {@link shared}. */
export function sharedPath(...parts: string[]): string {
  return join(shared ?? 'missing', ...parts);
}
