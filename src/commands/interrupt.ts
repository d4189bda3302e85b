/** Exit code of a command that the user stopped, as shells expect it. */
export const INTERRUPTED = 130;
const TERMINATED = 143;

let controller: AbortController | undefined;

/**
 * A signal that aborts at the first Ctrl-C or SIGTERM, so that a command can finish cleanly. A second one ends the process
 * at once. Without a call of this function both end the process as usual.
 */
export function interruption(): AbortSignal {
  if (controller === undefined) {
    const own = new AbortController();
    controller = own;
    const stop = (signal: NodeJS.Signals): void => {
      if (own.signal.aborted) process.exit(codeOf(signal));
      own.abort(signal);
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  }
  return controller.signal;
}

/** The exit code for what a command threw because the user stopped it; undefined for everything else. */
export function interruptedBy(error: unknown): number | undefined {
  return controller?.signal.aborted && error === controller.signal.reason ? codeOf(error) : undefined;
}

function codeOf(signal: unknown): number {
  return signal === 'SIGINT' ? INTERRUPTED : TERMINATED;
}
