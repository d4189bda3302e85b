import { z } from 'zod';
import { documented } from '../documented.js';
import type { Report } from '../rules.js';

const token = z.string().min(16).nullable().default(null);
const list = z.array(z.string().min(1));

/** The server of the page, the REST interface, the figures and the WebSocket. */
export const server = documented(
  z
    .strictObject({
      host: documented(z.string().min(1).default('127.0.0.1'), {
        title: 'Address to listen on',
        tradeOff: '127.0.0.1 serves this machine only; 0.0.0.0 serves the network and needs a token.',
        flag: '--host <address>',
      }),
      port: documented(z.int().min(0).max(65_535).default(8080), {
        title: 'Port to listen on; 0 takes a free one',
        flag: '--port <number>',
      }),
      auth: documented(z.enum(['auto', 'required', 'off']).default('auto'), {
        title: 'Who must log in: auto, required or off',
        tradeOff:
          'auto asks for a token beyond this machine, and wherever there is one. Without one configured, a token is made at ' +
          'start and printed. off lets everybody in who reaches the port.',
        flag: '--auth <mode>',
      }),
      token: documented(token, {
        title: 'Secret of administrators, at least 16 characters',
        flag: '--token <secret>',
        secret: true,
      }),
      viewerToken: documented(token, {
        title: 'Secret of viewers, who change nothing, at least 16 characters',
        flag: '--viewer-token <secret>',
        secret: true,
      }),
      sessionHours: documented(z.number().positive().max(8760).default(168), {
        title: 'How long a login lasts',
        unit: 'hours',
        flag: '--session-hours <number>',
      }),
      tlsCertificate: documented(z.string().min(1).nullable().default(null), {
        title: 'PEM file of the certificate; with tlsKey it makes the server speak https',
        flag: '--tls-certificate <file>',
      }),
      tlsKey: documented(z.string().min(1).nullable().default(null), {
        title: 'PEM file of the key',
        flag: '--tls-key <file>',
      }),
      hosts: documented(list.default([]), {
        title: 'Names under which the server may be called beside addresses and localhost',
        flag: '--hosts <list>',
      }),
      origins: documented(list.default([]), {
        title: 'Other pages that may talk to the server, as scheme://host:port',
        flag: '--origins <list>',
      }),
      directories: documented(list.default([]), {
        title: 'Folders whose files the page may open',
        flag: '--directories <list>',
      }),
      networks: documented(list.default([]), {
        title: 'Private networks whose cameras the page may open, e.g. 192.168.1.0/24',
        flag: '--networks <list>',
      }),
      schemes: documented(
        z.array(z.enum(['rtsp', 'rtsps', 'http', 'https'])).default(['rtsp', 'rtsps', 'http', 'https']),
        {
          title: 'Kinds of URLs that the page may open: rtsp, rtsps, http, https',
          flag: '--schemes <list>',
        },
      ),
      trainings: documented(list.default(['runs']), {
        title: 'Training runs that the page shows: folders of runs, or of folders of runs',
        tradeOff: 'Whoever may see the cameras sees their curves and some of their held-out pictures; [] shows none.',
        flag: '--training <list>',
      }),
      mostClients: documented(z.int().min(1).max(100_000).default(1000), {
        title: 'Most connected viewers',
        flag: '--most-clients <number>',
      }),
    })
    .prefault({}),
  { title: 'Server: the page and its interfaces' },
);

/** What the keys of the section say together. */
export function serverRules({ tlsCertificate, tlsKey }: z.output<typeof server>, report: Report): void {
  if (tlsCertificate !== null && tlsKey === null) report(['tlsCertificate'], 'expected server.tlsKey beside it');
  if (tlsKey !== null && tlsCertificate === null) report(['tlsKey'], 'expected server.tlsCertificate beside it');
}
