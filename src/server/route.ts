import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Role } from '#core/message.js';

/** Set for each request before any route runs. */
export interface Variables {
  role: Role | undefined;
  /** The route that answers, for the metrics. */
  route: string;
}

export type AppContext = Context<{ Bindings: HttpBindings; Variables: Variables }>;

/** What a route gets: its inputs, checked. */
export interface Call {
  readonly context: AppContext;
  readonly role: Role;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export interface RouteResponse {
  readonly description: string;
  /** MIME type; absent for answers without a body. */
  readonly type?: string;
  /** Of a JSON body. */
  readonly schema?: z.ZodType;
}

/** One way into the REST interface. The table of routes is both what is served and what the OpenAPI document says. */
export interface Route {
  readonly method: 'get' | 'post' | 'delete';
  /** With parameters in braces: `/api/v1/cameras/{camera}`. */
  readonly path: string;
  readonly summary: string;
  /** Least role; `public` needs no login. */
  readonly role: Role | 'public';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** By status; 400, 401, 403 and 429 go without saying. */
  readonly responses: Readonly<Record<number, RouteResponse>>;
  answer(call: Call): Response | Promise<Response>;
}

/** The body of every answer that says no. */
export function problem(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { status, message } }, { status, headers });
}
