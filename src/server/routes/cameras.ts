import { z } from 'zod';
import { cameraRecord } from '#core/message.js';
import { cameraName, cameraRecordSchema } from '../protocol.js';
import { problem, type Route } from '../route.js';
import type { Services } from '../services.js';
import { checkSource } from '../source-policy.js';
import { cameraParams, noSuchCamera, refusal, unknownCamera } from './shared.js';

const cameraList = z.looseObject({ cameras: z.array(cameraRecordSchema) });

export function cameraRoutes({ cameras, sources }: Services): Route[] {
  return [
    {
      method: 'get',
      path: '/api/v1/cameras',
      summary: 'All cameras and what they are doing.',
      role: 'viewer',
      responses: { 200: { description: 'In the order of the configuration.', schema: cameraList } },
      answer: () => Response.json({ cameras: cameras.list().map(cameraRecord) }),
    },
    {
      method: 'post',
      path: '/api/v1/cameras',
      summary: 'Adds a camera until the program ends. The source must be one that the configuration opens to the page.',
      role: 'admin',
      body: z.object({ camera: cameraName, source: z.string().min(1).max(2000) }),
      responses: {
        201: { description: 'Added; it connects on its own.', schema: cameraRecordSchema },
        409: { description: 'The name is taken, or the source cannot be used.' },
        422: { description: 'The source is not open to the page.' },
        501: { description: 'Cameras cannot be added here.' },
      },
      answer: async ({ body }) => {
        const request = body as { camera: string; source: string };
        if (cameras.add === undefined) return problem(501, 'cameras cannot be added here');
        const verdict = await checkSource(request.source, sources);
        if (!verdict.allowed) return problem(422, verdict.reason);
        const status = await cameras.add({ camera: request.camera, source: verdict.source }).catch(refusal);
        return status instanceof Response ? status : Response.json(cameraRecord(status), { status: 201 });
      },
    },
    {
      method: 'get',
      path: '/api/v1/cameras/{camera}',
      summary: 'One camera and what it is doing.',
      role: 'viewer',
      params: cameraParams,
      responses: { 200: { description: 'Its state.', schema: cameraRecordSchema }, ...unknownCamera },
      answer: ({ params }) => {
        const status = cameras.status(params.camera!);
        return status === undefined ? noSuchCamera() : Response.json(cameraRecord(status));
      },
    },
    {
      method: 'delete',
      path: '/api/v1/cameras/{camera}',
      summary: 'Takes a camera away that was added here.',
      role: 'admin',
      params: cameraParams,
      responses: {
        204: { description: 'Gone.' },
        404: { description: 'No camera that was added here has this name.' },
      },
      answer: async ({ params }) => {
        const gone = (await cameras.remove?.(params.camera!)) === true;
        return gone ? new Response(null, { status: 204 }) : problem(404, 'no camera that was added here has this name');
      },
    },
  ];
}
