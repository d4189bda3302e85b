import { type Fault, FaultyConfig, faultLine, refuse } from './fault.js';
import { loadSettings } from './load.js';
import { valueAt } from './located.js';
import { type Kinds, loadPipeline } from './pipeline.js';
import { readYaml } from './yaml-file.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks settings and pipeline files (those with a `kind`), and the environment with them. With no file, the environment.
 * @throws LookoutError kind `config` naming every fault of all files once.
 */
export function checkFiles(files: readonly string[], kinds: Kinds, env: Environment = process.env): void {
  const faults = files.flatMap((file) => faultsOf(() => checkFile(file, kinds, env)));
  if (files.length === 0) faults.push(...faultsOf(() => loadSettings({ env })));
  refuse([...new Map(faults.map((fault) => [faultLine(fault), fault])).values()]);
}

function checkFile(file: string, kinds: Kinds, env: Environment): void {
  if (valueAt(readYaml(file, env).value, ['kind']) === undefined) loadSettings({ file, env });
  else loadSettings({ env, pipeline: loadPipeline(file, kinds, env).layer });
}

function faultsOf(check: () => unknown): readonly Fault[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof FaultyConfig) return error.faults;
    throw error;
  }
}
