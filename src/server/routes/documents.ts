import { z } from 'zod';
import { PROTOCOL } from '#core/message.js';
import { protocolSchema } from '../protocol.js';
import type { Route } from '../route.js';
import type { Services } from '../services.js';

export function documents({ version, about, configSchema }: Services): Route[] {
  const schema = protocolSchema();
  const json = { 200: { description: 'A JSON Schema.', type: 'application/schema+json' } };
  const document = (body: object) => Response.json(body, { headers: { 'Content-Type': 'application/schema+json' } });
  return [
    {
      method: 'get',
      path: '/api/v1/about',
      summary: 'The running program, and what the asking user may do.',
      role: 'viewer',
      responses: {
        200: {
          description: 'Version, protocol, role, whether a login is needed, and what the pipeline says of itself.',
          schema: z.looseObject({
            version: z.string(),
            protocol: z.int(),
            role: z.enum(['viewer', 'admin']),
            login: z.boolean(),
          }),
        },
      },
      answer: ({ role }) => Response.json({ ...about(), version, protocol: PROTOCOL, role }),
    },
    {
      method: 'get',
      path: '/api/v1/config.schema.json',
      summary: 'JSON Schema of the configuration file.',
      role: 'viewer',
      responses: json,
      answer: () => document(configSchema),
    },
    {
      method: 'get',
      path: '/api/v1/protocol.schema.json',
      summary: 'JSON Schema of the WebSocket messages.',
      role: 'viewer',
      responses: json,
      answer: () => document(schema),
    },
  ];
}

export function openApiRoute(document: () => object): Route {
  return {
    method: 'get',
    path: '/api/v1/openapi.json',
    summary: 'This document.',
    role: 'viewer',
    responses: { 200: { description: 'OpenAPI 3.1.', type: 'application/json' } },
    answer: () => Response.json(document()),
  };
}
