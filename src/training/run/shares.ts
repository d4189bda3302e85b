import type { Batch, BatchObjects } from '#dataset/batch.js';
import type { Recipe } from '../recipe/recipe.js';

// N pictures in a batch.

/** Pictures that a share needs at least, for the statistics of its normalisation. */
const LEAST_PICTURES = 8;

/** Runners that are to share a batch out: as many as there are threads and shares of equal size. */
export function membersOf({ device, batch, optimiser }: Recipe, threads: number): number {
  if (device !== 'cpu' || optimiser.accumulate > 1) return 1;
  let members = Math.max(1, Math.min(threads, Math.floor(batch / LEAST_PICTURES)));
  while (batch % members !== 0) members--;
  return members;
}

/** Equal parts of a batch, in its order. Pictures are copied unless there is one part. */
export function sharesOf(batch: Batch, N: number, members: number): Batch[] {
  if (members === 1) return [batch];
  const pictures = N / members;
  return Array.from({ length: members }, (_, member) => shareAt(batch, { from: member * pictures, pictures, N }));
}

interface Part {
  readonly from: number;
  readonly pictures: number;
  readonly N: number;
}

function shareAt(batch: Batch, { from, pictures, N }: Part): Batch {
  const part = (data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
    const each = data.length / N;
    return data.slice(from * each, (from + pictures) * each);
  };
  return {
    ...batch,
    pictures: part(batch.pictures),
    count: Math.max(0, Math.min(pictures, batch.count - from)),
    objects: objectsAt(batch.objects, from, pictures),
    labelled: part(batch.labelled),
    sources: batch.sources.slice(from, from + pictures),
  };
}

/** Objects lie in the order of their pictures: those of neighbouring ones side by side. */
function objectsAt(objects: BatchObjects, from: number, pictures: number): BatchObjects {
  const { picture } = objects;
  const behind = (limit: number): number => {
    const at = picture.findIndex((index) => index >= limit);
    return at === -1 ? picture.length : at;
  };
  const [first, end] = [behind(from), behind(from + pictures)];
  const landmarks = objects.landmarks.length / Math.max(1, picture.length);
  return {
    picture: picture.slice(first, end).map((index) => index - from),
    boxes: objects.boxes.slice(4 * first, 4 * end),
    classIds: objects.classIds.slice(first, end),
    ignored: objects.ignored.slice(first, end),
    landmarks: objects.landmarks.slice(landmarks * first, landmarks * end),
  };
}
