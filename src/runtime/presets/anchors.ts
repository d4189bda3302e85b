import type { Anchor } from '#core/card.js';

/** Anchors of one network: per head, from the smallest stride to the largest. */
export type AnchorTable = readonly (readonly Anchor[])[];

/** `10,13 16,30 | 30,61` as widths and heights in px (times `scale`); `|` parts the heads. */
export function parseAnchors(text: string, scale = 1): AnchorTable {
  return text.split('|').map((head) =>
    head
      .trim()
      .split(/\s+/)
      .map((pair) => {
        const [width, height] = pair.split(',').map((number) => round(Number(number) * scale));
        if (!(width! > 0 && height! > 0))
          throw new RangeError(`parseAnchors: expected "w,h w,h | w,h ...", got ${pair}`);
        return [width!, height!] as const;
      }),
  );
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** Anchors of YOLOv2 count in cells of 32 px. */
const CELL = 32;

// From the public configurations: pjreddie/darknet and AlexeyAB/darknet `cfg/*.cfg`, ultralytics/yolov5 `models/*.yaml`,
// WongKinYiu/yolov7 `cfg/deploy/*.yaml`.
export const V2_COCO = parseAnchors(
  '0.57273,0.677385 1.87446,2.06253 3.33843,5.47434 7.88282,3.52778 9.77052,9.16828',
  CELL,
);
export const V2_VOC = parseAnchors(
  '1.3221,1.73145 3.19275,4.00944 5.05587,8.09892 9.47112,4.84053 11.2364,10.0071',
  CELL,
);
export const V2_TINY_VOC = parseAnchors('1.08,1.19 3.42,4.41 6.63,11.38 9.42,5.11 16.62,10.52', CELL);
export const V3 = parseAnchors('10,13 16,30 33,23 | 30,61 62,45 59,119 | 116,90 156,198 373,326');
export const V3_TINY = parseAnchors('10,14 23,27 37,58 | 81,82 135,169 344,319');
export const V4 = parseAnchors('12,16 19,36 40,28 | 36,75 76,55 72,146 | 142,110 192,243 459,401');
export const V4_TINY = parseAnchors('23,27 37,58 81,82 | 81,82 135,169 344,319');
export const V5 = V3;
export const V5_P6 = parseAnchors(
  '19,27 44,40 38,94 | 96,68 86,152 180,137 | 140,301 303,264 238,542 | 436,615 739,380 925,792',
);
export const V7 = V4;
export const V7_TINY = V3;
export const V7_P6 = V5_P6;
export const FASTEST_V2 = parseAnchors(
  '12.64,19.39 37.88,51.48 55.71,138.31 | 126.91,78.23 131.57,214.55 279.92,258.87',
);
