// Where the making of models/street finds its data and keeps its work.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Classes of the model, by class id. */
export const LABELS = ['person', 'bicycle', 'motorbike', 'car', 'bus', 'truck'];

/** Everything that is made on the way; ignored by git, may be deleted. */
export const WORK = process.env.LOOKOUT_STREET ?? join(ROOT, 'runs', 'street-model');

const candidates = [process.env.LOOKOUT_SHARED, '../shared/data', '../../shared/data'].filter(Boolean);

/** The folder of real pictures and public models. Ends the program with one sentence where there is none. */
export function sharedData() {
  const found = candidates.map((path) => resolve(ROOT, path)).find((path) => existsSync(join(path, 'detect')));
  if (found !== undefined) return found;
  console.error(
    'The pictures that models/street is made of are not here: expected ../shared/data beside the repository, ' +
      'or LOOKOUT_SHARED=FOLDER with detect/, video/ and models/ in it.',
  );
  process.exit(2);
}
