import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { messageOf } from '#core/errors.js';
import type { Logger } from '#core/logger.js';

export interface ReloadOptions {
  /** The settings file in force. */
  readonly file: string | undefined;
  /** The pipeline as it was named. */
  readonly pipeline: string | undefined;
  readonly log: Logger;
}

/** Editors write a file in several steps. */
const SETTLE_MS = 200;

/**
 * Calls `reload` at SIGHUP and some time after a change of the settings file or the pipeline file.
 * @returns a function that ends it
 */
export function onReload({ file, pipeline, log }: ReloadOptions, reload: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(reload, SETTLE_MS);
  };
  process.on('SIGHUP', soon);
  const files = [file, ...(pipeline === undefined ? [] : [pipeline, `pipelines/${pipeline}.yaml`])];
  const watchers = files.flatMap((name) => (name === undefined ? [] : watched(name, soon, log)));
  return () => {
    clearTimeout(timer);
    process.off('SIGHUP', soon);
    for (const watcher of watchers) watcher.close();
  };
}

/** Watches the folder: editors and `kubectl` replace files by renaming others over them. */
function watched(file: string, changed: () => void, log: Logger): FSWatcher[] {
  try {
    const watcher = watch(dirname(file), { persistent: false }, (_, name) => {
      if (name === null || name === basename(file)) changed();
    });
    return [watcher.on('error', () => undefined)];
  } catch (error) {
    log.debug({ file }, `changes of the file are not noticed: ${messageOf(error)}`);
    return [];
  }
}
