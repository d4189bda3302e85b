import { z } from 'zod';
import { LookoutError } from '#core/errors.js';
import { redact } from '#core/redact.js';
import { cameraName } from '../protocol.js';
import { problem } from '../route.js';

export const cameraParams = z.object({ camera: cameraName });
export const unknownCamera = { 404: { description: 'There is no such camera.' } };

export function noSuchCamera(): Response {
  return problem(404, 'there is no such camera');
}

/** Says the world's errors to the client; our own mistakes go on. */
export function refusal(error: unknown): Response {
  if (error instanceof LookoutError) return problem(error.kind === 'config' ? 409 : 503, redact(error.message));
  throw error;
}
