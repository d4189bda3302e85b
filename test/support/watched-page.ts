import type { Browser } from 'playwright-core';
import { Metrics } from '#server/metrics.js';
import { type RunningServer, type ServerOptions, startServer } from '#server/server.js';
import { type FakeCameraOptions, FakeCameras } from './fake-cameras.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The real server with cameras that play clips, and the built page. */
export class Watching {
  readonly cameras: FakeCameras;
  server!: RunningServer;

  constructor(
    cameras: Readonly<Record<string, FakeCameraOptions>>,
    private readonly options: Partial<ServerOptions> = {},
  ) {
    this.cameras = new FakeCameras(cameras);
  }

  /** @param port of a server that went, for the one that comes back */
  async start(port = 0): Promise<this> {
    const metrics = new Metrics({ version: '1.2.3' });
    const { cameras, options } = this;
    this.server = await startServer({
      ...{ cameras, metrics, port, version: '1.2.3', logger: quiet, web: 'dist/web' },
      ...options,
    });
    return this;
  }

  async close(browser: Browser): Promise<void> {
    await Promise.all(browser.contexts().map((context) => context.close()));
    this.cameras.close();
    await this.server.close();
  }
}
