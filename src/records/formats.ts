import type { ObservationRecord } from '#core/record.js';

/** What a format needs to know beside the records. */
export interface FormatContext {
  /** Label of each class, by class id. */
  readonly labels: readonly string[];
  /** The records are pictures with names of their own, not frames of a video. */
  readonly pictures: boolean;
}

/** Reads the records from the start, each time it is called. */
export type Records = () => AsyncIterable<ObservationRecord>;

/** A result file of one text: yields it piece by piece. */
export type TextFormat = (records: Records, context: FormatContext) => AsyncIterable<string>;

/** Comma-separated values (RFC 4180), one line per detection. */
export async function* csv(records: Records): AsyncIterable<string> {
  yield 'source,seq,pts,class_id,label,score,x1,y1,x2,y2,track_id\r\n';
  for await (const { source, seq, pts, detections } of records()) {
    for (const { class_id, label, score, box, track_id } of detections) {
      yield `${[source, seq, pts, class_id, label, score, ...box, track_id ?? ''].map(cell).join(',')}\r\n`;
    }
  }
}

/**
 * MOTChallenge text: `frame,id,left,top,width,height,confidence,-1,-1,-1`, frames counted from 1, id -1 for
 * detections that belong to no track.
 */
export async function* mot(records: Records): AsyncIterable<string> {
  for await (const { seq, detections } of records()) {
    for (const { box, score, track_id } of detections) {
      const [left, top, width, height] = corner(box);
      yield `${seq + 1},${track_id ?? -1},${left},${top},${width},${height},${score},-1,-1,-1\n`;
    }
  }
}

/**
 * COCO JSON with `images`, `annotations` (with `score`) and `categories`; category ids are class ids plus 1.
 * Image ids count from 1; `file_name` is the picture, or the video, whose frames `seq` tells apart.
 */
export async function* coco(records: Records, { labels }: FormatContext): AsyncIterable<string> {
  const categories = labels.map((name, index) => ({ id: index + 1, name }));
  yield `{"categories":${JSON.stringify(categories)},\n"images":[`;
  let image = 0;
  for await (const { source, seq, pts, frame } of records()) {
    image += 1;
    const entry = { id: image, file_name: source, seq, pts, width: frame.width, height: frame.height };
    yield `${image === 1 ? '' : ','}\n${JSON.stringify(entry)}`;
  }
  yield '],\n"annotations":[';
  image = 0;
  let annotation = 0;
  for await (const { detections } of records()) {
    image += 1;
    for (const { class_id, score, box, track_id } of detections) {
      annotation += 1;
      const bbox = corner(box);
      const entry = {
        id: annotation,
        image_id: image,
        category_id: class_id + 1,
        bbox,
        area: round(bbox[2] * bbox[3]),
        iscrowd: 0,
        score,
        ...(track_id === undefined ? {} : { track_id }),
      };
      yield `${annotation === 1 ? '' : ','}\n${JSON.stringify(entry)}`;
    }
  }
  yield ']}\n';
}

/** The lines of one YOLO label file: `class cx cy width height score`, fractions of the frame. */
export function yoloLines({ frame, detections }: ObservationRecord): string {
  return detections
    .map(({ class_id, box: [x1, y1, x2, y2], score }) => {
      const values = [
        (x1 + x2) / 2 / frame.width,
        (y1 + y2) / 2 / frame.height,
        (x2 - x1) / frame.width,
        (y2 - y1) / frame.height,
      ];
      return `${class_id} ${values.map((value) => value.toFixed(6)).join(' ')} ${score}\n`;
    })
    .join('');
}

function corner([x1, y1, x2, y2]: readonly [number, number, number, number]): [number, number, number, number] {
  return [x1, y1, round(x2 - x1), round(y2 - y1)];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
