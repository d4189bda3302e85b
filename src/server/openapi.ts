import { z } from 'zod';
import type { Route, RouteResponse } from './route.js';

/** Body of every answer that says no. */
export const problemSchema = z.looseObject({ error: z.looseObject({ status: z.int(), message: z.string() }) });

const JSON_TYPE = 'application/json';

/** The OpenAPI 3.1 document of a table of routes. */
export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'lookout',
      version,
      description:
        'Cameras, pictures and figures. The live feed of observations and video is a WebSocket, /api/v1/ws; ' +
        'its messages are described by /api/v1/protocol.schema.json.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemSchema) },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'lookout_session' },
      },
    },
  };
}

function operation(route: Route): object {
  return {
    operationId: `${route.method}${route.path.replace(/[^a-z0-9]+(.)?/gi, (_, letter: string | undefined) => (letter ?? '').toUpperCase())}`,
    summary: route.summary,
    security: route.role === 'public' ? [] : [{ token: [] }, { session: [] }],
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body && {
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: jsonSchema(route.body, 'input') } } },
    }),
    responses: Object.fromEntries(
      Object.entries({ ...refusals(route), ...route.responses }).map(([status, response]) => [
        status,
        described(response, Number(status)),
      ]),
    ),
  };
}

/** What goes without saying in the table. */
function refusals(route: Route): Record<number, RouteResponse> {
  const said: Record<number, RouteResponse> = { 429: { description: 'Too many requests.' } };
  if (route.params ?? route.query ?? route.body) said[400] = { description: 'The request is not as described here.' };
  if (route.role !== 'public') said[401] = { description: 'A login is needed.' };
  if (route.role === 'admin') said[403] = { description: 'Admins only.' };
  return said;
}

function described({ description, type, schema }: RouteResponse, status: number): object {
  if (status >= 400 && type === undefined) {
    return { description, content: { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } } };
  }
  if (schema !== undefined) return { description, content: { [type ?? JSON_TYPE]: { schema: jsonSchema(schema) } } };
  return type === undefined ? { description } : { description, content: { [type]: {} } };
}

function parameters(shape: z.ZodObject | undefined, where: 'path' | 'query'): object[] {
  if (shape === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(shape, 'input') as { properties?: object; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema,
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'output'): object {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return body;
}
