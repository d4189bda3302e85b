import type { Capacity } from '#core/capacity.js';
import type { TrainingRecord } from '#core/training-record.js';

/** What the running program says of itself; grows additively. */
export interface About {
  readonly version?: string;
  /** Whether there is a login, and so a way out. */
  readonly login?: boolean;
  readonly model?: string;
  /** What the model really runs on. */
  readonly device?: { readonly ran?: string };
  /** What this machine carries with this model; absent until it is known. */
  readonly capacity?: Capacity;
  /** Source of the demo scene, where there is one. */
  readonly demo?: string;
}

export async function about(): Promise<About> {
  const answer = await fetch('/api/v1/about').catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as About) : {};
}

/** Adds a camera; returns why not, or undefined when it was added. */
export async function addCamera(camera: string, source: string): Promise<string | undefined> {
  const headers = { 'Content-Type': 'application/json' };
  return problemOf('/api/v1/cameras', { method: 'POST', headers, body: JSON.stringify({ camera, source }) });
}

/** Takes a camera away that was added from the page; returns why not, or undefined when it is gone. */
export async function removeCamera(camera: string): Promise<string | undefined> {
  return problemOf(`/api/v1/cameras/${encodeURIComponent(camera)}`, { method: 'DELETE' });
}

export async function logOut(): Promise<void> {
  await fetch('/logout', { method: 'POST', redirect: 'manual' }).catch(() => undefined);
  location.assign('/login');
}

async function problemOf(url: string, request: RequestInit): Promise<string | undefined> {
  const answer = await fetch(url, request).catch(() => undefined);
  if (answer === undefined) return 'the server cannot be reached';
  if (answer.ok) return undefined;
  const body = (await answer.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
  return body?.error?.message ?? `the server answered ${answer.status}`;
}

/** One line of the list of training runs. */
export interface TrainingSummary {
  readonly run: string;
  readonly state: TrainingRecord['state'];
  readonly updated_at: number;
  readonly progress?: number;
}

/** Training runs; undefined when they cannot be had now. */
export async function trainingList(): Promise<readonly TrainingSummary[] | undefined> {
  const answer = await fetch('/api/v1/trainings').catch(() => undefined);
  if (answer?.ok !== true) return undefined;
  return ((await answer.json()) as { trainings: TrainingSummary[] }).trainings;
}

/** A run as it is now, with the server's clock; undefined when it cannot be had now. */
export async function trainingRecord(
  run: string,
): Promise<(TrainingRecord & { readonly server_time: number }) | 'missing' | undefined> {
  const answer = await fetch(`/api/v1/trainings/${encodeURIComponent(run)}`).catch(() => undefined);
  if (answer?.status === 404) return 'missing';
  return answer?.ok === true ? ((await answer.json()) as TrainingRecord & { server_time: number }) : undefined;
}

export function trainingPictureUrl(run: string, file: string): string {
  return `/api/v1/trainings/${encodeURIComponent(run)}/pictures/${encodeURIComponent(file)}`;
}
