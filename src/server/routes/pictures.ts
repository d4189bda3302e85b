import { z } from 'zod';
import { mjpegStream } from '../mjpeg.js';
import { type Call, problem, type Route } from '../route.js';
import type { Services } from '../services.js';
import { cameraParams, noSuchCamera, refusal, unknownCamera } from './shared.js';

const boxes = z.object({
  boxes: z.enum(['0', '1', 'false', 'true']).default('0').describe('Draw the boxes into the picture.'),
});

export function pictures({ cameras }: Services): Route[] {
  const known = (call: Call) => cameras.status(call.params.camera!) !== undefined;
  const drawn = ({ query }: Call) => ({ boxes: query.boxes === '1' || query.boxes === 'true' });
  return [
    {
      method: 'get',
      path: '/api/v1/cameras/{camera}/latest.jpg',
      summary: 'The newest picture that was analysed.',
      role: 'viewer',
      params: cameraParams,
      query: boxes,
      responses: {
        200: { description: 'Epoch, seq, pts and captured_at stand in the headers Lookout-*.', type: 'image/jpeg' },
        ...unknownCamera,
        503: { description: 'There is no picture yet.' },
      },
      answer: async (call) => {
        if (!known(call)) return noSuchCamera();
        const picture = await cameras.picture(call.params.camera!, drawn(call)).catch(refusal);
        if (picture instanceof Response) return picture;
        if (picture === undefined) return problem(503, 'there is no picture yet', { 'Retry-After': '1' });
        const { epoch, seq, pts, capturedAt, data } = picture;
        const stamp = {
          'Lookout-Epoch': epoch,
          'Lookout-Seq': seq,
          'Lookout-Pts': pts,
          'Lookout-Captured-At': capturedAt,
        };
        const headers = Object.entries(stamp).map(([name, value]): [string, string] => [name, String(value)]);
        return new Response(Uint8Array.from(data), {
          headers: [['Content-Type', 'image/jpeg'], ['Cache-Control', 'no-store'], ...headers],
        });
      },
    },
    {
      method: 'get',
      path: '/api/v1/cameras/{camera}/stream.mjpeg',
      summary: 'Pictures as they are analysed, the newest each time the reader is ready for one.',
      role: 'viewer',
      params: cameraParams,
      query: boxes,
      responses: {
        200: { description: 'Motion JPEG without end.', type: 'multipart/x-mixed-replace' },
        ...unknownCamera,
      },
      answer: (call) => (known(call) ? mjpegStream(cameras, call.params.camera!, drawn(call)) : noSuchCamera()),
    },
  ];
}
