import { readFile } from 'node:fs/promises';
import { createServer, type ServerOptions as HttpOptions, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { CameraPort } from '#core/camera-port.js';
import { LookoutError, messageOf } from '#core/errors.js';
import { bareHost } from '#core/host.js';
import type { Logger } from '#core/logger.js';
import type { TrainingPort } from '#core/training-port.js';
import { Access, type AccessOptions } from './access.js';
import { createApp } from './app.js';
import type { ConnectionLimits } from './connection.js';
import { Gate, type GateOptions } from './gate.js';
import { isLoopback } from './guard.js';
import { Hub } from './hub.js';
import type { Metrics } from './metrics.js';
import { routesOf } from './routes.js';
import { SOURCE_POLICY, type SourcePolicy } from './source-policy.js';
import { acceptSockets } from './upgrade.js';

export interface ServerOptions {
  readonly cameras: CameraPort;
  readonly metrics: Metrics;
  /** Of the program. */
  readonly version: string;
  readonly logger: Logger;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 8080; 0 takes any free one. */
  readonly port?: number;
  readonly access?: AccessOptions;
  /** PEM files. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Folder of the built page. */
  readonly web?: string;
  /** See {@link GateOptions}. */
  readonly hosts?: readonly string[];
  readonly origins?: readonly string[];
  readonly requests?: GateOptions['requests'];
  /** Which sources the page may add; default: none in private networks, no files. */
  readonly sources?: Partial<SourcePolicy>;
  /** Training runs that the page shows. */
  readonly trainings?: TrainingPort;
  readonly configSchema?: object;
  readonly ready?: () => readonly string[];
  readonly about?: () => object;
  readonly limits?: Partial<ConnectionLimits>;
  readonly heartbeatMs?: number;
  /** Longest time for the head of a request, ms, three times that for all of it; default 10 s. */
  readonly headersMs?: number;
  /** WebSocket clients at once; default 1000. */
  readonly mostClients?: number;
}

export interface RunningServer {
  /** E.g. `http://127.0.0.1:8080/`. */
  readonly url: string;
  readonly port: number;
  /** Connected WebSocket clients. */
  readonly clients: number;
  /** Reads the certificate and key again. */
  reloadTls(): Promise<void>;
  /** Says goodbye to everybody; resolves when the port is free, within about a second. */
  close(): Promise<void>;
}

/**
 * Starts the one server: page, REST, metrics and WebSocket on one port.
 * @throws LookoutError kind `config`: a token is needed, the port is taken, or a TLS file cannot be read.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { cameras, metrics, version, logger, web } = options;
  const host = options.host ?? '127.0.0.1';
  const access = new Access(options.access ?? {}, host);
  const gate = new Gate({
    access,
    metrics,
    loopbackOnly: isLoopback(host),
    hosts: options.hosts ?? [],
    origins: options.origins ?? [],
    secure: options.tls !== undefined,
    requests: options.requests,
  });
  const routes = routesOf({
    cameras,
    metrics,
    version,
    sources: { ...SOURCE_POLICY, ...options.sources },
    ...(options.trainings && { trainings: options.trainings }),
    configSchema: options.configSchema ?? {},
    ready: options.ready ?? (() => []),
    about: () => ({ ...options.about?.(), login: access.required }),
  });
  const app = createApp({ routes, gate, metrics, logger, web });
  const hub = new Hub({ cameras, version, metrics, limits: options.limits, heartbeatMs: options.heartbeatMs });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const headersMs = options.headersMs ?? 10_000;
  const checking = { connectionsCheckingInterval: Math.min(2000, headersMs) };
  const server = await created({ ...options, checking }, (request, response) => void listener(request, response));
  server.requestTimeout = 3 * headersMs;
  server.headersTimeout = headersMs;
  server.maxConnections = (options.mostClients ?? 1000) + 1000;
  const sockets = acceptSockets(server, { gate, hub, mostClients: options.mostClients ?? 1000 });
  const port = await listening(server, host, options.port ?? 8080);
  const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${shown}:${port}/`,
    port,
    get clients() {
      return hub.size;
    },
    async reloadTls() {
      if (options.tls !== undefined) (server as TlsServer).setSecureContext(await pemOf(options.tls));
    },
    async close() {
      hub.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      sockets.close();
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), 500);
      await closed;
      clearTimeout(timer);
    },
  };
}

type Handler = NonNullable<Parameters<typeof createServer>[1]>;

/** Node looks for connections beyond their time twice a minute only, unless it is told otherwise. */
async function created(
  { tls, checking }: Pick<ServerOptions, 'tls'> & { readonly checking: HttpOptions },
  handler: Handler,
): Promise<Server | TlsServer> {
  return tls === undefined
    ? createServer(checking, handler)
    : createTlsServer({ ...checking, ...(await pemOf(tls)) }, handler);
}

async function pemOf(tls: { certificate: string; key: string }): Promise<{ cert: Buffer; key: Buffer }> {
  const [cert, key] = await Promise.all(
    [tls.certificate, tls.key].map((file) =>
      readFile(file).catch((cause: unknown) => {
        throw new LookoutError('config', `TLS: ${file} cannot be read: ${messageOf(cause)}`, { cause });
      }),
    ),
  );
  return { cert: cert!, key: key! };
}

function listening(server: Server | TlsServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const fix =
        cause.code === 'EADDRINUSE' ? 'another program uses this port: stop it or choose another port' : cause.message;
      reject(new LookoutError('config', `the server cannot listen on ${host}:${port}: ${fix}`, { cause }));
    });
    server.listen(port, bareHost(host), () => resolve((server.address() as AddressInfo).port));
  });
}
