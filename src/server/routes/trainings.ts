import { z } from 'zod';
import type { TrainingPort } from '#core/training-port.js';
import type { TrainingRecord } from '#core/training-record.js';
import { problem, type Route } from '../route.js';
import type { Services } from '../services.js';

const runName = z.string().min(1).max(255);
const losses = z.record(z.string(), z.number());
const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const best = z.looseObject({ epoch: z.int(), AP: z.number(), AP50: z.number() });
const summarySchema = z.looseObject({
  run: z.string(),
  name: z.string(),
  state: z.enum(['training', 'finished', 'interrupted', 'failed']),
  updated_at: z.number(),
  progress: z.number().optional(),
  best: best.optional(),
});
const recordSchema = summarySchema.extend({
  labels: z.array(z.string()),
  started_at: z.number(),
  server_time: z.number(),
  now: z.looseObject({ epoch: z.int(), epochs: z.number(), losses, rate: z.number(), progress: z.number() }).optional(),
  history: z.array(z.looseObject({ epoch: z.int(), losses, rate: z.number(), trained_seconds: z.number() })),
  pictures: z.array(
    z.looseObject({
      ...{ file: z.string(), width: z.number(), height: z.number() },
      truths: z.array(z.looseObject({ class_id: z.int(), box })),
      detections: z.array(z.looseObject({ class_id: z.int(), score: z.number(), box })),
    }),
  ),
});

const none: TrainingPort = { list: async () => [], read: async () => undefined, picture: async () => undefined };
const unknown = { 404: { description: 'There is no such run.' } };

/** Training runs, to be looked at. */
export function trainingRoutes({ trainings = none }: Services): Route[] {
  return [
    {
      method: 'get',
      path: '/api/v1/trainings',
      summary: 'Training runs in the folders that the configuration opens, those that spoke last first.',
      role: 'viewer',
      responses: { 200: { description: 'The runs.', schema: z.looseObject({ trainings: z.array(summarySchema) }) } },
      answer: async () => {
        const runs = await trainings.list();
        return fresh({ trainings: runs.map(({ run, record }) => summaryOf(run, record)), server_time: Date.now() });
      },
    },
    {
      method: 'get',
      path: '/api/v1/trainings/{run}',
      summary: 'All that one run says of itself: where it stands, its history, what it finds in held-out pictures.',
      role: 'viewer',
      params: z.object({ run: runName }),
      responses: { 200: { description: 'The run.', schema: recordSchema }, ...unknown },
      answer: async ({ params }) => {
        const record = await trainings.read(params.run!);
        if (record === undefined) return problem(404, 'there is no such run');
        return fresh({ ...record, ...summaryOf(params.run!, record), server_time: Date.now() });
      },
    },
    {
      method: 'get',
      path: '/api/v1/trainings/{run}/pictures/{file}',
      summary: 'A held-out picture of a run.',
      role: 'viewer',
      params: z.object({ run: runName, file: z.string().min(1).max(255) }),
      responses: { 200: { description: 'Small.', type: 'image/jpeg' }, 404: { description: 'There is none.' } },
      answer: async ({ params }) => {
        const jpeg = await trainings.picture(params.run!, params.file!);
        if (jpeg === undefined) return problem(404, 'there is no such picture');
        const headers = { 'Content-Type': 'image/jpeg', 'Cache-Control': 'private, max-age=3600' };
        return new Response(Uint8Array.from(jpeg), { headers });
      },
    },
  ];
}

function summaryOf(run: string, { name, state, updated_at, now, best }: TrainingRecord): object {
  return { run, name, state, updated_at, progress: now?.progress, best };
}

function fresh(body: object): Response {
  return Response.json(body, { headers: { 'Cache-Control': 'no-store' } });
}
