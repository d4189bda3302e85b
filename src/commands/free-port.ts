import { createServer } from 'node:net';
import { bareHost } from '#core/host.js';

export interface Place {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Why one may not listen there, as the system's code, e.g. `EADDRINUSE`; undefined where one may. */
export function portTrouble({ host, port }: Place): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve(code));
    server.listen(port, bareHost(host), () => server.close(() => resolve(undefined)));
  });
}
