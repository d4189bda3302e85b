import { z } from 'zod';
import { documented } from '../documented.js';

/** Formats that results are written in. */
export const FORMATS = ['jsonl', 'csv', 'coco', 'mot', 'yolo'] as const;

/** Where results go and what they look like. */
export const output = documented(
  z
    .strictObject({
      dir: documented(z.string().min(1).default('out'), {
        title: 'Folder of the results; made when it is missing',
        flag: '--out <folder>',
      }),
      formats: documented(z.array(z.enum(FORMATS)).min(1).default(['jsonl']), {
        title: `Result formats: ${FORMATS.join(', ')}`,
        tradeOff: 'jsonl holds everything; the others serve other tools. Each costs disk space.',
        flag: '--format <list>',
      }),
      annotate: documented(z.boolean().default(false), {
        title:
          'Also write copies with the boxes drawn in, of the part from start to end; frames left out by fps or every keep the last boxes',
        tradeOff: 'Decodes every frame once more and encodes it: several times the CPU time of detection alone.',
        flag: '--annotate',
      }),
    })
    .prefault({}),
  { title: 'Output: the results of detect' },
);
