import { z } from 'zod';
import type { Route } from '../route.js';
import type { Services } from '../services.js';

export function health({ metrics, ready }: Services): Route[] {
  return [
    {
      method: 'get',
      path: '/healthz',
      summary: 'Whether the process answers.',
      role: 'public',
      responses: { 200: { description: 'It does.', schema: z.looseObject({ status: z.literal('ok') }) } },
      answer: () => Response.json({ status: 'ok' }),
    },
    {
      method: 'get',
      path: '/readyz',
      summary: 'Whether it can do its work: the model is loaded and the pipeline runs.',
      role: 'public',
      responses: {
        200: { description: 'Ready.', schema: z.looseObject({ status: z.literal('ready') }) },
        503: { description: 'Not yet; `missing` says why.', type: 'application/json' },
      },
      answer: () => {
        const missing = ready();
        return missing.length === 0
          ? Response.json({ status: 'ready' })
          : Response.json({ status: 'not ready', missing }, { status: 503 });
      },
    },
    {
      method: 'get',
      path: '/metrics',
      summary: 'Figures for Prometheus.',
      role: 'viewer',
      responses: { 200: { description: 'Text exposition format.', type: metrics.registry.contentType } },
      answer: async () =>
        new Response(await metrics.registry.metrics(), { headers: { 'Content-Type': metrics.registry.contentType } }),
    },
  ];
}
