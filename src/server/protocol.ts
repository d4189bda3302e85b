import { z } from 'zod';
import { CAMERA_STATES, FAULT_CAUSES } from '#core/camera.js';
import type { ClientMessage, ServerMessage } from '#core/message.js';
import { PROTOCOL } from '#core/message.js';
import type { ObservationRecord } from '#core/record.js';

/*
 * The wire protocol as schemas: the server checks what clients send with them, and the published JSON Schema is made
 * from them. Objects are open, because the protocol only grows: unknown keys are ignored.
 */

export const cameraName = z
  .string()
  .min(1)
  .max(100)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are refused
  .regex(/^[^\u0000-\u001f\u007f*/\\]+$/u, 'expected a name without control characters, *, / and \\')
  .describe('Name of a camera.');
const epoch = z.int().min(0).describe('Counts the connections of a camera; changes at each reconnect.');
const seq = z.int().min(0).describe('0-based number of the frame within the epoch.');
const pts = z.number().describe('Presentation time on the source clock, seconds.');
const capturedAt = z.number().describe("When the frame arrived, ms since the Unix epoch, on the server's clock.");
const size = z.looseObject({ width: z.int().min(1), height: z.int().min(1) }).describe('Source pixels.');
const serverTime = z.number().describe("The server's clock, ms since the Unix epoch.");
const pingId = z.int().min(0).describe('Comes back in the answer.');
const role = z.enum(['viewer', 'admin']);
const videoChoice = z.enum(['none', 'fmp4', 'jpeg']);

const box = z.tuple([z.number(), z.number(), z.number(), z.number()]).describe('[x1, y1, x2, y2], source pixels.');
const landmark = z.tuple([z.number(), z.number(), z.number()]).describe('[x, y, visibility].');
const detection = z.looseObject({
  label: z.string(),
  class_id: z.int().min(0),
  score: z.number().min(0).max(1),
  box,
  track_id: z.int().min(1).optional(),
  landmarks: z.array(landmark).optional(),
});

/** One frame, on disk and on the wire. */
export const observationRecord = z.looseObject({
  source: z.string(),
  camera: z.string().optional(),
  epoch: epoch.optional(),
  seq,
  pts,
  captured_at: capturedAt.optional(),
  frame: size,
  detections: z.array(detection),
}) satisfies z.ZodType<ObservationRecord>;

export const cameraRecordSchema = z.looseObject({
  camera: z.string(),
  epoch,
  seq: seq.nullable(),
  pts: pts.nullable(),
  captured_at: capturedAt.nullable(),
  source: z.string().describe('As the user named it, without credentials.'),
  state: z.enum(CAMERA_STATES),
  cause: z.enum(FAULT_CAUSES).optional(),
  message: z.string().describe('The state in words.'),
  since: z.number().describe('When the state began, ms since the Unix epoch.'),
  frame: size.optional(),
  video: z.looseObject({ kind: z.enum(['fmp4', 'jpeg']), mime: z.string() }).optional(),
  decoder: z
    .looseObject({ asked: z.string(), ran: z.string(), reason: z.string().optional() })
    .describe('Who decodes, where hardware was asked for; reason: why it is not what was asked for.')
    .optional(),
  analysis: z
    .looseObject({
      ...{ source: z.string(), state: z.enum(CAMERA_STATES), cause: z.enum(FAULT_CAUSES).optional() },
      ...{ message: z.string(), frame: size.optional() },
    })
    .describe(
      'The second stream, which is analysed, where there is one. Boxes are in pixels of the first all the same.',
    )
    .optional(),
  fps: z.number().optional(),
  analysis_fps: z.number().optional(),
  attempts: z.int().min(0).optional(),
  retry_in_ms: z.number().min(0).optional(),
});

const hello = z.looseObject({
  type: z.literal('hello'),
  protocol: z.literal(PROTOCOL),
  version: z.string().describe('Of the program.'),
  role,
  server_time: serverTime,
  cameras: z.array(cameraRecordSchema),
});

const error = z.looseObject({
  type: z.literal('error'),
  code: z.enum(['malformed', 'unknown-camera', 'forbidden', 'too-fast', 'dropped', 'rejected']),
  message: z.string(),
  camera: z.string().optional(),
  epoch: epoch.optional(),
  seq: seq.optional(),
  pts: pts.optional(),
  captured_at: capturedAt.optional(),
  dropped: z
    .looseObject({ observations: z.int(), video: z.int(), total: z.int() })
    .describe('Messages lost since the last such report for this camera; total: on this connection.')
    .optional(),
});

export const serverMessage = z.discriminatedUnion('type', [
  hello,
  observationRecord.extend({ type: z.literal('observation'), camera: z.string(), epoch, captured_at: capturedAt }),
  cameraRecordSchema.extend({ type: z.literal('camera'), removed: z.literal(true).optional() }),
  error,
  z.looseObject({ type: z.literal('pong'), id: pingId, server_time: serverTime }),
]) satisfies z.ZodType<ServerMessage>;

const cameras = z
  .array(z.union([z.literal('*'), cameraName]))
  .min(1)
  .max(256);

export const clientMessage = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('subscribe'),
    cameras: cameras.describe('Names, or * for all, later ones included.'),
    observations: z.boolean().default(true),
    video: videoChoice.default('none'),
  }),
  z.looseObject({ type: z.literal('unsubscribe'), cameras }),
  z.looseObject({ type: z.literal('publish'), camera: cameraName }),
  z.looseObject({ type: z.literal('unpublish'), camera: cameraName }),
  z.looseObject({ type: z.literal('ping'), id: pingId }),
]) satisfies z.ZodType<ClientMessage>;

export type CheckedClientMessage = z.infer<typeof clientMessage>;

/** The message, or one sentence saying why the text is none. */
export function readClientMessage(text: string): CheckedClientMessage | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'expected JSON';
  }
  const result = clientMessage.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue!.path.join('.');
  return `${path === '' ? '' : `${path}: `}${issue!.message}`.slice(0, 200);
}

/** The published description of all JSON messages, both ways (draft 2020-12). */
export function protocolSchema(): object {
  const options = { unrepresentable: 'any' } as const;
  const { $schema, ...fromServer } = z.toJSONSchema(serverMessage, options);
  const { $schema: _, ...fromClient } = z.toJSONSchema(clientMessage, { ...options, io: 'input' });
  return {
    $schema,
    title: `lookout WebSocket messages, protocol ${PROTOCOL}`,
    $defs: { ServerMessage: fromServer, ClientMessage: fromClient },
    anyOf: [{ $ref: '#/$defs/ServerMessage' }, { $ref: '#/$defs/ClientMessage' }],
  };
}
