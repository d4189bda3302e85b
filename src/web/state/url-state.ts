import { readSettings, type Settings } from './settings.js';

/** What the address of the page says. */
export interface UrlState {
  /** The camera that is enlarged. */
  readonly camera?: string;
  /** The training run that is looked at. */
  readonly training?: string;
  readonly threshold?: number;
  readonly hidden?: readonly string[];
}

/** Reads the query of an address: `?camera=gate&threshold=0.4&hide=car&hide=dog`. */
export function readQuery(query: string): UrlState {
  const params = new URLSearchParams(query);
  const camera = params.get('camera') ?? '';
  const training = params.get('training') ?? '';
  const number = params.get('threshold');
  const { threshold } = readSettings({ threshold: number === null ? undefined : Number(number) });
  return {
    ...(camera !== '' && { camera }),
    ...(training !== '' && { training }),
    ...(number !== null && { threshold }),
    ...(params.has('hide') && { hidden: params.getAll('hide').filter((label) => label !== '') }),
  };
}

/** What the page shows: one camera, one training run, or all cameras. */
export interface Place {
  readonly camera?: string | undefined;
  readonly training?: string | undefined;
}

/** The query for a state, with its question mark; what is as it always is is left out. */
export function writeQuery({ camera, training }: Place, { threshold, hidden }: Settings): string {
  const params = new URLSearchParams();
  if (camera !== undefined) params.set('camera', camera);
  if (training !== undefined) params.set('training', training);
  if (threshold > 0) params.set('threshold', String(threshold));
  for (const label of hidden) params.append('hide', label);
  const query = params.toString();
  return query === '' ? '' : `?${query}`;
}
