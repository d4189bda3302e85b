import type { Annotation } from '#core/annotation.js';
import type { Size } from '#core/size.js';
import type { Fault } from './fault.js';

// N pictures, M objects of all of them, C classes, K landmarks, H W input size.

/** What one training step is fed with. */
export interface Batch {
  readonly epoch: number;
  readonly step: number;
  readonly size: Size;
  /** uint8 `[N, 3, H, W]`, planes R, G, B, on a whole plain ArrayBuffer. */
  readonly pictures: Uint8Array<ArrayBuffer>;
  /** Pictures that are real; those after them (in the last batch of an epoch that keeps it) are grey and empty. */
  readonly count: number;
  readonly objects: BatchObjects;
  /** `[N, C]`: 1 where the picture is labelled for the class. Take no classification loss and no background loss where 0. */
  readonly labelled: Uint8Array<ArrayBuffer>;
  /** Per picture the positions in the data set that it was made of, the first its own. */
  readonly sources: readonly (readonly number[])[];
  /** Pictures that could not be read; others stand in for them. */
  readonly faults: readonly Fault[];
}

/** Objects of a batch in the order of its pictures; boxes are corners in input px, within the picture. */
export interface BatchObjects {
  /** `[M]`: which picture. */
  readonly picture: Int32Array<ArrayBuffer>;
  /** `[M, 4]` */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** `[M]` */
  readonly classIds: Int32Array<ArrayBuffer>;
  /** `[M]`: 1 where no loss is to be taken (crowds, difficult ones, and what is hardly to be seen). */
  readonly ignored: Uint8Array<ArrayBuffer>;
  /** `[M, K, 3]`: x, y, visibility (0: not labelled or not in the picture). */
  readonly landmarks: Float32Array<ArrayBuffer>;
}

export function packObjects(pictures: readonly (readonly Annotation[])[], landmarkCount: number): BatchObjects {
  const all = pictures.flatMap((annotations, picture) => annotations.map((annotation) => ({ picture, annotation })));
  const landmarks = new Float32Array(all.length * landmarkCount * 3);
  all.forEach(({ annotation }, m) => {
    annotation.landmarks?.slice(0, landmarkCount).forEach((point, k) => {
      landmarks.set(point, 3 * (m * landmarkCount + k));
    });
  });
  return {
    picture: Int32Array.from(all, ({ picture }) => picture),
    boxes: Float32Array.from(all.flatMap(({ annotation }) => annotation.box)),
    classIds: Int32Array.from(all, ({ annotation }) => annotation.classId),
    ignored: Uint8Array.from(all, ({ annotation }) => (annotation.crowd || annotation.difficult ? 1 : 0)),
    landmarks,
  };
}

/** The objects of one picture of a batch, as annotations. */
export function unpackObjects({ objects }: Batch, picture: number): Annotation[] {
  const K = objects.classIds.length === 0 ? 0 : objects.landmarks.length / objects.classIds.length / 3;
  return [...objects.picture.keys()].flatMap((m) => {
    if (objects.picture[m] !== picture) return [];
    const [x1, y1, x2, y2] = objects.boxes.subarray(4 * m, 4 * m + 4) as unknown as [number, number, number, number];
    const landmarks = Array.from({ length: K }, (_, k) => {
      const [x, y, visibility] = objects.landmarks.subarray(3 * (m * K + k)) as unknown as [number, number, number];
      return [x, y, visibility] as const;
    });
    const difficult = objects.ignored[m] === 1;
    return [
      {
        box: [x1, y1, x2, y2],
        classId: objects.classIds[m]!,
        ...(difficult && { difficult }),
        ...(K > 0 && { landmarks }),
      },
    ];
  });
}
