import type { Box } from './box.js';
import type { Detection } from './detection.js';
import { LookoutError } from './errors.js';
import type { Landmark } from './landmark.js';
import type { Stamp } from './stamp.js';

/** A detection read back: a track keeps its id only, as the record does. */
export type RecordedDetection = Detection & { readonly trackId?: number };

/** What {@link fromRecord} gives; it is an `Observation` too. */
export interface RecordedObservation {
  readonly stamp: Stamp;
  readonly detections: readonly RecordedDetection[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a parsed record (`JSON.parse` of a line of `.jsonl` or of a wire message). Unknown keys are ignored: the shape
 * only ever grows. `toRecord(fromRecord(record))` equals the record.
 * @throws LookoutError kind `protocol`, naming the path, what was expected and what was found.
 */
export function fromRecord(value: unknown): RecordedObservation {
  const record = fields(value, 'record');
  const frame = fields(record.frame, 'frame');
  if (!Array.isArray(record.detections)) fail('detections', 'a list', record.detections);
  return {
    stamp: {
      source: text(record.source, 'source'),
      ...(record.camera !== undefined && { camera: text(record.camera, 'camera') }),
      ...(record.epoch !== undefined && { epoch: count(record.epoch, 'epoch') }),
      seq: count(record.seq, 'seq'),
      pts: number(record.pts, 'pts'),
      ...(record.captured_at !== undefined && { capturedAt: number(record.captured_at, 'captured_at') }),
      size: { width: count(frame.width, 'frame.width', 1), height: count(frame.height, 'frame.height', 1) },
    },
    detections: (record.detections as unknown[]).map((item, i) => detection(item, `detections[${i}]`)),
  };
}

function detection(value: unknown, path: string): RecordedDetection {
  const item = fields(value, path);
  return {
    box: numbers(item.box, 4, `${path}.box`) as unknown as Box,
    classId: count(item.class_id, `${path}.class_id`),
    label: text(item.label, `${path}.label`),
    score: number(item.score, `${path}.score`),
    ...(item.track_id !== undefined && { trackId: count(item.track_id, `${path}.track_id`, 1) }),
    ...(item.landmarks !== undefined && { landmarks: landmarks(item.landmarks, `${path}.landmarks`) }),
  };
}

function landmarks(value: unknown, path: string): Landmark[] {
  if (!Array.isArray(value)) fail(path, 'a list', value);
  return (value as unknown[]).map((point, i) => numbers(point, 3, `${path}[${i}]`) as unknown as Landmark);
}

function fields(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(path, 'an object', value);
  return value as Fields;
}

function text(value: unknown, path: string): string {
  return typeof value === 'string' ? value : fail(path, 'a text', value);
}

function number(value: unknown, path: string): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fail(path, 'a finite number', value);
}

function count(value: unknown, path: string, least = 0): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  return fail(path, `an integer of at least ${least}`, value);
}

function numbers(value: unknown, length: number, path: string): number[] {
  if (!Array.isArray(value) || value.length !== length) fail(path, `${length} numbers`, value);
  return (value as unknown[]).map((item, i) => number(item, `${path}[${i}]`));
}

function fail(path: string, expected: string, got: unknown): never {
  const shown = JSON.stringify(got) ?? String(got);
  throw new LookoutError('protocol', `${path}: expected ${expected}, got ${shown.slice(0, 60)}`);
}
